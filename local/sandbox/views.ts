/** The response models of the Sessions API, made from the sandbox's sessions (models.md). */
import type { SandboxSession } from './store.ts';

/** SessionContext: a row of a list. It carries no creation time. */
export function sessionContext(session: SandboxSession): Record<string, unknown> {
  return {
    session_id: session.session_id,
    custom_id: session.custom_id,
    status: session.status,
    ready: session.ready,
    linked: session.linked,
    kind: session.kind,
    user_count: session.users.length,
    deployment_request_id: session.deployment_request_id,
    webhook_url: session.webhook_url,
  };
}

/** SessionUserContext. */
export function sessionUsers(session: SandboxSession): { session_users: { ip: string }[] } {
  return { session_users: session.users.map((ip) => ({ ip })) };
}

/** SessionGet. @param now epoch milliseconds */
export function sessionGet(session: SandboxSession, now: number): Record<string, unknown> {
  const { deployment_request_id: _, ...shared } = sessionContext(session);
  const users = session.users.map((ip) => ({ ip }));
  return {
    ...shared,
    app_version: 1,
    create_time: wireTime(session.created_at),
    elapsed: Math.max(0, Math.floor((now - session.created_at) / 1000)),
    error: /error/i.test(session.status) ? 'The deployment could not be started.' : undefined,
    session_users: users,
    session_ips: users,
    deployment: session.linked ? deployment(session) : undefined,
  };
}

/** A time as the API writes it, `2024-05-26 12:00:45.831041`: UTC, to the microsecond. @param ms epoch milliseconds */
export function wireTime(ms: number): string {
  return `${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')}000`;
}

function deployment(session: SandboxSession): Record<string, unknown> | undefined {
  const id = session.deployment_request_id;
  if (id === undefined) return undefined;
  return {
    request_id: id,
    public_ip: '203.0.113.10',
    status: 'Status.READY',
    ready: session.ready,
    whitelisting_active: false,
    fqdn: `${id}.deployments.example`,
    tags: session.tags,
  };
}
