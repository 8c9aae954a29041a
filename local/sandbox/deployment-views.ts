/** The response models of the deployments, as the published descriptions of 2024 and of 2026 have them. */
import { phaseOf, type SandboxDeployment } from './deployment-store.ts';
import type { SandboxSession } from './store.ts';
import { addressOf, deploymentSessionContext, wireStatus, wireTime } from './views.ts';

/** The description that an answer follows. */
export type Description = 2024 | 2026;

/** The most sessions of a deployment. */
const SOCKETS = 16;

/** A row of the list of deployments. @param sessions the sessions linked to it @param now epoch milliseconds */
export function deploymentRow(
  deployment: SandboxDeployment,
  sessions: readonly SandboxSession[],
  now: number,
  description: Description,
): Record<string, unknown> {
  return {
    request_id: deployment.request_id,
    ...addressOf(deployment.request_id),
    start_time: wireTime(deployment.ready_at),
    ready: phaseOf(deployment, now) === 'Ready',
    tags: deployment.tags,
    ...(description === 2024 ? usage(deployment, sessions) : {}),
  };
}

/** The status of a deployment. 2026 has neither `sessions` nor `sockets_usage`. */
export function deploymentStatusBody(
  deployment: SandboxDeployment,
  sessions: readonly SandboxSession[],
  now: number,
  description: Description,
): Record<string, unknown> {
  const phase = phaseOf(deployment, now);
  const { request_id, app_name, app_version, ready_at, ends, tags } = deployment;
  return {
    request_id,
    ...addressOf(request_id),
    app_name,
    app_version,
    current_status: wireStatus(phase),
    running: phase === 'Ready',
    start_time: wireTime(ready_at),
    elapsed_time: Math.max(0, Math.floor((now - ready_at) / 1000)),
    removal_time: ends && now >= ends.gone_at ? wireTime(ends.gone_at) : undefined,
    error: phase === 'Error',
    error_detail: phase === 'Error' ? 'The container exited before it was ready.' : undefined,
    tags,
    ...(description === 2024
      ? { whitelisting_active: false, ...usage(deployment, sessions) }
      : { max_duration: 1440 }),
    ...(description === 2024 && deployment.session_based
      ? { sessions: sessions.map(deploymentSessionContext) }
      : {}),
  };
}

function usage({ session_based }: SandboxDeployment, sessions: readonly SandboxSession[]) {
  if (!session_based) return { is_joinable_by_session: false };
  return {
    sockets: SOCKETS,
    sockets_usage: sessions.length,
    is_joinable_by_session: sessions.length < SOCKETS,
  };
}
