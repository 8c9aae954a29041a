/** `deployment.stopped`: deployments have ended. Every session of them is deleted. */
import { identifier, identifiers, oneOrMany } from './fields.ts';
import { exactlyOneOf, optional } from './schema.ts';
import { eventType } from './types.ts';

export const deploymentStopped = eventType({
  type: 'deployment.stopped',
  data: exactlyOneOf({
    deployment_request_id: optional(identifier),
    deployment_request_ids: optional(identifiers),
  }),
  ask: ({ deployment_request_id, deployment_request_ids }) => ({
    kind: 'deleteByDeployment',
    requestIds: oneOrMany(deployment_request_id, deployment_request_ids),
    bound: false,
  }),
});
