/** `deployment.finished`: deployments have done their work. They are stopped, and every session of them is deleted. */
import { identifier, identifiers, oneOrMany } from './fields.ts';
import { exactlyOneOf, optional } from './schema.ts';
import { eventType } from './types.ts';

export const deploymentFinished = eventType({
  type: 'deployment.finished',
  data: exactlyOneOf({
    deployment_request_id: optional(identifier),
    deployment_request_ids: optional(identifiers),
  }),
  ask: ({ deployment_request_id, deployment_request_ids }) => ({
    kind: 'stopDeployments',
    requestIds: oneOrMany(deployment_request_id, deployment_request_ids),
  }),
});
