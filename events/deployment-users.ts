/**
 * `deployment.users`: how many users are on a deployment now. One that stays without users for the time that the event
 * names is stopped; without such a time, the event asks for nothing but to be known.
 */
import { identifier } from './fields.ts';
import { integer, object, optional } from './schema.ts';
import { eventType } from './types.ts';

const MOST_USERS = 1_000_000;
/** SQS keeps a message out of sight for 12 hours at most. */
const LONGEST_SECONDS = 11 * 3600;

export const deploymentUsers = eventType({
  type: 'deployment.users',
  data: object({
    deployment_request_id: identifier,
    user_count: integer(0, MOST_USERS),
    stop_after_seconds: optional(integer(1, LONGEST_SECONDS)),
  }),
  ask: ({ deployment_request_id, user_count, stop_after_seconds }) => ({
    kind: 'countUsers',
    requestId: deployment_request_id,
    users: user_count,
    ...(stop_after_seconds != null && { stopAfterMs: stop_after_seconds * 1000 }),
  }),
});
