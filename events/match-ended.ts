/** `match.ended`: a match is over. Its session, its sessions, or every session of its deployment is deleted. */
import { identifier, identifiers, oneOrMany } from './fields.ts';
import { exactlyOneOf, optional } from './schema.ts';
import { eventType } from './types.ts';

export const matchEnded = eventType({
  type: 'match.ended',
  data: exactlyOneOf({
    session_id: optional(identifier),
    session_ids: optional(identifiers),
    deployment_request_id: optional(identifier),
  }),
  ask: ({ session_id, session_ids, deployment_request_id }) =>
    deployment_request_id == null
      ? { kind: 'deleteSessions', sessionIds: oneOrMany(session_id, session_ids) }
      : { kind: 'deleteByDeployment', requestIds: [deployment_request_id], bound: true },
});
