/** The one client of the Edgegap API. */
import type { DeploymentOperations } from './deployments.ts';
import type { Send } from './request.ts';
import { sessionOperations } from './sessions.ts';
import type { TransportOptions } from './transport.ts';
import { createTransport } from './transport.ts';

export type {
  AllDeploymentsOptions,
  DeploymentFilter,
  DeploymentListQuery,
  DeploymentRollCall,
} from './deployments.ts';
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
  const later =
    <A extends unknown[], R>(pick: (operations: DeploymentOperations) => (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> =>
      await pick(await load())(...given);
  return {
    deploymentStop: later((operations) => operations.deploymentStop),
    deploymentsBulkStop: later((operations) => operations.deploymentsBulkStop),
    listDeployments: later((operations) => operations.listDeployments),
    async *allDeployments(options) {
      yield* (await load()).allDeployments(options);
    },
    deploymentsRollCall: later((operations) => operations.deploymentsRollCall),
    deploymentStatus: later((operations) => operations.deploymentStatus),
  };
}
