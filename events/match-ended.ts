/**
 * `match.ended`: a match is over. Its session, its sessions, or every session of its deployment is deleted. With
 * `stop_deployment`, the deployment is stopped, too.
 */
import { identifier, identifiers, oneOrMany } from './fields.ts';
import { exactlyOneOf, flag, optional, trueNeeds } from './schema.ts';
import { eventType } from './types.ts';

const target = exactlyOneOf(
  {
    session_id: optional(identifier),
    session_ids: optional(identifiers),
    deployment_request_id: optional(identifier),
    stop_deployment: optional(flag),
  },
  ['session_id', 'session_ids', 'deployment_request_id'],
);

export const matchEnded = eventType({
  type: 'match.ended',
  data: trueNeeds(target, 'stop_deployment', 'deployment_request_id'),
  ask: ({ session_id, session_ids, deployment_request_id, stop_deployment }) => {
    if (deployment_request_id == null)
      return { kind: 'deleteSessions', sessionIds: oneOrMany(session_id, session_ids) };
    const requestIds = [deployment_request_id];
    if (stop_deployment) return { kind: 'stopDeployments', requestIds };
    return { kind: 'deleteByDeployment', requestIds, bound: true };
  },
});
