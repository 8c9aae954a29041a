/** `deployment.finished`: deployments have done their work. They are stopped, and every session of them is deleted. */
import { deployments, requestIdsOf } from './fields.ts';
import { eventType } from './types.ts';

export const deploymentFinished = eventType({
  type: 'deployment.finished',
  data: deployments,
  ask: (data) => ({ kind: 'stopDeployments', requestIds: requestIdsOf(data) }),
});
