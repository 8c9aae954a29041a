/** The deployment operations: checked on the way out, read tolerantly on the way in. */
import * as models from './deployment-models.ts';
import { createGate } from './gate.ts';
import * as guards from './guards.ts';
import type { Listing } from './listing.ts';
import { allRows, PAGE_LIMIT, wholeList } from './listing.ts';
import type { CallOptions, Send } from './request.ts';
import { queryOf } from './request.ts';

/** A page of the deployments: `page` from 1, `limit` rows a page, and only those that pass all filters. */
export interface DeploymentListQuery {
  page?: number;
  limit?: number;
  filters?: readonly DeploymentFilter[];
}

/** A filter of the list (the parameter `query` of the API), such as `status` `eq` `ready`. */
export interface DeploymentFilter {
  field: 'status' | 'application' | 'version' | 'tags';
  operator: 'eq';
  value: string;
}

/** Which deployments are listed. Default: all. */
export interface AllDeploymentsOptions extends CallOptions {
  filters?: readonly DeploymentFilter[];
}

/** The whole list, and what it proves. */
export interface DeploymentRollCall {
  /** The deployments by request id. */
  deployments: Map<string, models.DeploymentRow>;
  /** Whether an id that is not in `deployments` is absent: see {@link wholeList}. */
  steady: boolean;
}

/** The published limits of an organisation, in requests a second (the description of 2026). */
const LIST_RATE = 10;
const STATUS_RATE = 20;

/** The operations on deployments. */
export type DeploymentOperations = ReturnType<typeof deploymentOperations>;

/**
 * The operations on deployments, the servers under the sessions. Every method rejects with a SessionsApiError. The
 * list and the status keep their own limits beside the client's.
 */
export function deploymentOperations(send: Send) {
  return { ...stops(send), ...questions(send) };
}

function stops(send: Send) {
  return {
    /**
     * Stops a deployment; one that is not ready yet stops once it is. A 2xx says that it happens, whatever the
     * answer holds. Sessions that are linked to it stay.
     */
    async deploymentStop(requestId: string, call?: CallOptions): Promise<models.DeploymentStopped> {
      const operation = 'deploymentStop';
      const path = `v1/stop/${guards.pathId(operation, requestId, 'deployment')}`;
      const answer = models.deploymentStopped;
      return await send({ operation, kind: 'change', method: 'delete', path, answer }, call);
    },

    /**
     * Stops **every** deployment that matches the filter. Guarded: see {@link guards.checkedBulkStop}; a `not`
     * filter is never sent.
     * @returns the ids that are stopped; `processable` is undefined where the answer cannot be read, which proves
     * nothing.
     */
    async deploymentsBulkStop(
      payload: models.DeploymentBulkStopPayload,
      call?: CallOptions,
    ): Promise<models.DeploymentBulkStopResponse> {
      const operation = 'deploymentsBulkStop';
      const body = guards.checkedBulkStop(operation, models.deploymentBulkStopPayload, payload);
      const path = 'v1/deployments/bulk-stop';
      const answer = models.deploymentBulkStopResponse;
      return await send({ operation, kind: 'change', method: 'post', path, body, answer }, call);
    },
  };
}

function questions(send: Send) {
  const listGate = createGate({ rate: LIST_RATE, concurrency: LIST_RATE });
  const statusGate = createGate({ rate: STATUS_RATE, concurrency: STATUS_RATE });

  async function listDeployments(
    { page, limit, filters }: DeploymentListQuery = {},
    call?: CallOptions,
  ): Promise<models.Deployments> {
    const query = filters && JSON.stringify({ filters });
    const path = `v1/deployments${queryOf({ page, limit, query })}`;
    const request = { operation: 'listDeployments', kind: 'question', method: 'get', path } as const;
    return await send({ ...request, answer: models.deployments, gate: listGate }, call);
  }

  const listing = ({ filters, ...call }: AllDeploymentsOptions = {}): Listing<models.DeploymentRow> => ({
    fetchPage: (page) => listDeployments({ page, limit: PAGE_LIMIT, ...(filters && { filters }) }, call),
    idOf: ({ request_id }) => request_id,
  });

  return {
    /** A page of the list: the deployments that are active. */
    listDeployments,

    /** All deployments, each once, page by page. One that moves between pages meanwhile may be missed. */
    allDeployments: (options?: AllDeploymentsOptions) => allRows(listing(options)),

    /** All deployments at once, and whether an id that is not among them is absent. */
    async deploymentsRollCall(call?: CallOptions): Promise<DeploymentRollCall> {
      const { rows, steady } = await wholeList(listing(call));
      return { deployments: rows, steady };
    },

    /** A deployment with its details. An unknown id is a 404, or a 400 (seen). */
    async deploymentStatus(requestId: string, call?: CallOptions): Promise<models.DeploymentStatus> {
      const operation = 'deploymentStatus';
      const path = `v1/status/${guards.pathId(operation, requestId, 'deployment')}`;
      const answer = models.deploymentStatus;
      return await send({ operation, kind: 'question', method: 'get', path, answer, gate: statusGate }, call);
    },
  };
}
