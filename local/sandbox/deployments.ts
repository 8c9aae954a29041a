/** The operations on deployments: one call in, an answer out. */
import { bulkStop } from './bulk-stop.ts';
import { type Answer, type Call, failure, ok, withChecked, withPathId } from './call.ts';
import { check } from './check.ts';
import {
  type DeploymentQuery,
  deploymentListQuery,
  deploymentsBulkStopPayload,
} from './deployment-models.ts';
import { phaseOf, type SandboxDeployment } from './deployment-store.ts';
import { type Description, deploymentRow, deploymentStatusBody } from './deployment-views.ts';
import { pageOf } from './paging.ts';
import type { SandboxSession } from './store.ts';

type Filter = NonNullable<DeploymentQuery['filters']>[number];

/** DELETE /v1/stop: one that is not ready yet stops once it is. */
export function deploymentStop(call: Call): Answer {
  return onDeployment(call, (deployment) => {
    const { request_id } = deployment;
    const phase = phaseOf(deployment, call.now);
    const isEnding = phase === 'Terminating' && call.dice.hits(call.variety.terminatingGone);
    if (phase === 'Terminated' || isEnding) return terminated(request_id);
    stop(call, request_id);
    const message = `${request_id} - Delete request will be processed soon`;
    const description = describedBy(call);
    if (description === 2026 || phase === 'Terminating') return { status: 202, body: { message } };
    return ok({ message, deployment_summary: statusOf(call, deployment, description) });
  });
}

/** POST /v1/deployments/bulk-stop: 200 in 2024, 202 in 2026. */
export function deploymentsBulkStop(call: Call): Answer {
  const { store } = call;
  const inPhase = (terminating: boolean) =>
    present(call).filter((one) => (phaseOf(one, call.now) === 'Terminating') === terminating);
  return withChecked(check(deploymentsBulkStopPayload, call.body), ({ filters }) => {
    const answer = bulkStop(call, filters, {
      idName: 'request_id',
      rows: inPhase(false),
      terminating: inPhase(true),
      idOf: ({ request_id }) => request_id,
      valuesOf: ({ request_id, tags }, field) => (field === 'request_id' ? [request_id] : tags),
      isUnknown: (field, value) => field === 'request_id' && !isPresent(call, store.deployments.get(value)),
      stop: (id) => stop(call, id),
    });
    return answer.status === 200 && describedBy(call) === 2026 ? { ...answer, status: 202 } : answer;
  });
}

/** GET /v1/deployments, with the filters of `query`. */
export function listDeployments(call: Call): Answer {
  return withChecked(check(deploymentListQuery, call.query), (query) => {
    const { filters = [], order_by = [] } = query.query ?? {};
    const rows = present(call).filter((one) => filters.every((filter) => matches(one, filter, call.now)));
    const direction = { asc: 1, desc: -1, none: 0 }[order_by[0]?.order ?? 'none'];
    rows.sort((a, b) => direction * (a.created_at - b.created_at));
    const description = describedBy(call);
    const sessions = Map.groupBy(call.store.sessions(), (one) => one.deployment_request_id);
    return pageOf(call, rows, query, (one) =>
      deploymentRow(one, sessions.get(one.request_id) ?? [], call.now, description),
    );
  });
}

/** GET /v1/status. */
export function deploymentStatus(call: Call): Answer {
  return onDeployment(call, (deployment) => {
    const isOver = phaseOf(deployment, call.now) === 'Terminated';
    if (isOver && !call.dice.hits(call.variety.terminatedShown)) return unknown(call, deployment.request_id);
    return ok(statusOf(call, deployment, describedBy(call)));
  });
}

function onDeployment(call: Call, work: (deployment: SandboxDeployment) => Answer): Answer {
  return withPathId(call, (id) => {
    const deployment = call.store.deployments.get(id);
    return deployment === undefined ? unknown(call, id) : work(deployment);
  });
}

/** 400 was seen for an unknown deployment; the description of 2026 says 404. */
function unknown({ dice, variety }: Call, id: string): Answer {
  return failure(dice.hits(variety.unknownId400) ? 400 : 404, `There is no deployment ${id}.`);
}

function terminated(id: string): Answer {
  return failure(410, `Deployment ${id} is already terminated.`);
}

function stop({ store, dice, variety }: Call, id: string): void {
  store.deployments.stop(id, dice.upTo(variety.terminatingMs));
}

function describedBy({ dice, variety }: Call): Description {
  return dice.hits(variety.deployments2026) ? 2026 : 2024;
}

function statusOf(call: Call, deployment: SandboxDeployment, description: Description): unknown {
  const { store, now } = call;
  return deploymentStatusBody(deployment, linkedTo(store.sessions(), deployment), now, description);
}

function linkedTo(sessions: readonly SandboxSession[], { request_id }: SandboxDeployment): SandboxSession[] {
  return sessions.filter((one) => one.deployment_request_id === request_id);
}

/** What the API lists: all but the terminated ones. */
function present(call: Call): SandboxDeployment[] {
  return call.store.deployments.all().filter((one) => isPresent(call, one));
}

function isPresent({ now }: Call, deployment: SandboxDeployment | undefined): boolean {
  return deployment !== undefined && phaseOf(deployment, now) !== 'Terminated';
}

function matches(deployment: SandboxDeployment, { field, value }: Filter, now: number): boolean {
  if (field === 'status') return phaseOf(deployment, now).toLowerCase() === value.toLowerCase();
  if (field === 'tags') return deployment.tags.includes(value);
  return (field === 'application' ? deployment.app_name : deployment.app_version) === value;
}
