/** The one client of the Edgegap API. */
import type { DeploymentOperations } from './deployments.ts';
import type { Send } from './request.ts';
import { sessionOperations } from './sessions.ts';
import type { TransportOptions } from './transport.ts';
import { createTransport } from './transport.ts';

export type { DeploymentFilter, DeploymentListQuery, DeploymentRollCall } from './deployments.ts';
export type { Attempt, CallOptions } from './request.ts';
export type { BulkStopOptions, ListQuery, RollCall } from './sessions.ts';
export type { TransportOptions } from './transport.ts';

/** The shared client. */
export type SessionsClient = ReturnType<typeof createSessionsClient>;

/**
 * Makes a client of the sessions and the deployments. All its calls share the rate, the concurrency and the key.
 * Every method rejects with a SessionsApiError; only calls that are safe to repeat are repeated: all but
 * `sessionPost`.
 */
export function createSessionsClient(options: TransportOptions) {
  const send = createTransport(options);
  return { ...sessionOperations(send), ...deploymentsLater(send) };
}

/** Loaded with the first call about a deployment: a cold start does not read them. */
function deploymentsLater(send: Send): DeploymentOperations {
  let loading: Promise<DeploymentOperations> | undefined;
  const load = (): Promise<DeploymentOperations> => {
    loading ??= import('./deployments.ts').then(({ deploymentOperations }) => deploymentOperations(send));
    return loading;
  };
  return {
    deploymentStop: async (...given) => (await load()).deploymentStop(...given),
    deploymentsBulkStop: async (...given) => (await load()).deploymentsBulkStop(...given),
    listDeployments: async (...given) => (await load()).listDeployments(...given),
    async *allDeployments(call) {
      yield* (await load()).allDeployments(call);
    },
    deploymentsRollCall: async (...given) => (await load()).deploymentsRollCall(...given),
    deploymentStatus: async (...given) => (await load()).deploymentStatus(...given),
  };
}
