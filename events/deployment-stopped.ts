/** `deployment.stopped`: deployments have ended. Every session of them is deleted. */
import { deployments, requestIdsOf } from './fields.ts';
import { eventType } from './types.ts';

export const deploymentStopped = eventType({
  type: 'deployment.stopped',
  data: deployments,
  ask: (data) => ({ kind: 'deleteByDeployment', requestIds: requestIdsOf(data), bound: false }),
});
