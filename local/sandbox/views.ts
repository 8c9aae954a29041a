/** The response models of the sessions, complete: what the published description of 2024 says, and models.md beside it. */
import { phaseOf, type SandboxDeployment } from './deployment-store.ts';
import type { SandboxSession } from './store.ts';

/** SessionContext: a row of a list. It carries no creation time. */
export function sessionContext(session: SandboxSession): Record<string, unknown> {
  return {
    ...deploymentSessionContext(session),
    custom_id: session.custom_id,
    deployment_request_id: session.deployment_request_id,
    webhook_url: session.webhook_url,
  };
}

/** DeploymentSessionContext: a session in the status of its deployment. */
export function deploymentSessionContext(session: SandboxSession): Record<string, unknown> {
  return {
    session_id: session.session_id,
    status: session.status,
    ready: session.ready,
    linked: session.linked,
    kind: session.kind,
    user_count: shownUsers(session).length,
  };
}

/** SessionUserContext. */
export function sessionUsers(session: SandboxSession): { session_users: { ip: string }[] } {
  return { session_users: shownUsers(session) };
}

/** SessionGet. @param deployment the one it is linked to @param now epoch milliseconds */
export function sessionGet(
  session: SandboxSession,
  deployment: SandboxDeployment | undefined,
  now: number,
): Record<string, unknown> {
  const { deployment_request_id: _, ...shared } = sessionContext(session);
  return {
    ...shared,
    app_version: 1,
    create_time: wireTime(session.created_at),
    elapsed: Math.max(0, Math.floor((now - session.created_at) / 1000)),
    error: /error/i.test(session.status) ? 'The deployment could not be started.' : undefined,
    session_users: shownUsers(session),
    session_ips: shownUsers(session),
    deployment: session.linked && deployment ? linkedDeployment(session, deployment, now) : undefined,
  };
}

/** A session that was deleted and is still there. */
export function asTerminating(session: SandboxSession): SandboxSession {
  return { ...session, status: wireStatus('Terminating'), ready: false };
}

/** A time as the API writes it, `2024-05-26 12:00:45.831041`: UTC, to the microsecond. @param ms epoch milliseconds */
export function wireTime(ms: number): string {
  return `${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')}000`;
}

/** A status word as the description spells it: `Ready` is `Status.READY`. */
export function wireStatus(word: string): string {
  return `Status.${word.toUpperCase()}`;
}

/** Where a deployment is reached. */
export function addressOf(requestId: string): { fqdn: string; public_ip: string } {
  return { fqdn: `${requestId}.deployments.example`, public_ip: '203.0.113.10' };
}

/** A session that was created by location never has users, as far as the API shows (models.md, assumed). */
function shownUsers({ users, by_location }: SandboxSession): { ip: string }[] {
  return by_location ? [] : users.map((ip) => ({ ip }));
}

function linkedDeployment(
  session: SandboxSession,
  deployment: SandboxDeployment,
  now: number,
): Record<string, unknown> {
  return {
    request_id: deployment.request_id,
    ...addressOf(deployment.request_id),
    status: wireStatus(phaseOf(deployment, now)),
    ready: session.ready,
    whitelisting_active: false,
    tags: session.tags,
  };
}
