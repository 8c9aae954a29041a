/** `deployment.stopped`: deployments are over, so every session of them shall be gone. */
import * as z from 'zod/mini';
import { exactlyOneOf, identifier, identifiers } from './fields.ts';
import { eventType } from './types.ts';

export const deploymentStopped = eventType({
  type: 'deployment.stopped',
  schema: () =>
    exactlyOneOf({
      deployment_request_id: z.optional(identifier()),
      deployment_request_ids: z.optional(identifiers()),
    }),
  ask({ deployment_request_id: one, deployment_request_ids: many = [] }) {
    return { kind: 'deleteByDeployment', requestIds: one === undefined ? many : [one], bound: false };
  },
});
