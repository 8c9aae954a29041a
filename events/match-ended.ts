/** `match.ended`: a match is over, so its session, sessions, or every session of its deployment shall be gone. */
import * as z from 'zod/mini';
import { exactlyOneOf, identifier, identifiers } from './fields.ts';
import { eventType } from './types.ts';

export const matchEnded = eventType({
  type: 'match.ended',
  schema: () =>
    exactlyOneOf({
      session_id: z.optional(identifier()),
      session_ids: z.optional(identifiers()),
      deployment_request_id: z.optional(identifier()),
    }),
  ask({ session_id, session_ids, deployment_request_id }) {
    if (deployment_request_id !== undefined) {
      return { kind: 'deleteByDeployment', requestIds: [deployment_request_id], bound: true };
    }
    return {
      kind: 'deleteSessions',
      sessionIds: session_id === undefined ? (session_ids ?? []) : [session_id],
    };
  },
});
