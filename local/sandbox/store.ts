/** The sandbox's state, in memory: its sessions, and the deployments they are linked to. A deleted id never comes back. */
import { randomBytes } from 'node:crypto';
import { canonicalIp } from '../../events/ip.ts';
import { createDeleted } from './deleted.ts';
import { createDeploymentStore, type DeploymentStore } from './deployment-store.ts';
import type { NewSession } from './models.ts';

/** A session of the sandbox. Never changed in place: what a reader holds stays as it was. */
export interface SandboxSession {
  readonly session_id: string;
  readonly custom_id?: string;
  readonly deployment_request_id?: string;
  /** The tags of its deployment. */
  readonly tags: readonly string[];
  /** Its users' addresses, in canonical form, in the order they came. */
  readonly users: readonly string[];
  /** As on the wire, such as `Status.READY`. */
  readonly status: string;
  readonly linked: boolean;
  readonly ready: boolean;
  readonly kind: 'DEFAULT' | 'SEATS' | 'MATCH';
  readonly webhook_url?: string;
  /** Created by location instead of addresses: the API shows a `user_count` of 0 all its life. */
  readonly by_location: boolean;
  /** Epoch milliseconds. */
  readonly created_at: number;
  /** When the sandbox got it, in epoch milliseconds: a seeded session may be older than that. */
  readonly added_at: number;
}

/** The sandbox's state. */
export interface Store {
  /** The session, while it is active. */
  get(id: string): SandboxSession | undefined;
  /** Whether this id was a session and is deleted. */
  isDeleted(id: string): boolean;
  /** The active sessions, oldest entry first. */
  sessions(): SandboxSession[];
  /** The ids of the deleted sessions, in the order of their deletion. */
  deletedIds(): string[];
  /** A deleted session that is still Terminating. */
  terminating(id: string): SandboxSession | undefined;
  /** All of them, in the order of their deletion. */
  terminatingSessions(): SandboxSession[];
  /** The deployments. One that a session names is added with the session. */
  readonly deployments: DeploymentStore;
  /** Adds all of these sessions, or none: throws a RangeError for an id that is taken or was deleted. */
  add(sessions: readonly NewSession[]): SandboxSession[];
  /** Deletes a session; the API shows it as Terminating for this long. False when there is none of this id. */
  delete(id: string, terminatingMs?: number): boolean;
  /** Adds users to a session and returns it; undefined when there is none of this id. */
  addUsers(id: string, ips: readonly string[]): SandboxSession | undefined;
  /** Removes users from a session and returns it; undefined when there is none of this id. */
  removeUsers(id: string, ips: readonly string[]): SandboxSession | undefined;
  /** Forgets everything, deployments and deleted ids too. */
  clear(): void;
}

/** An empty store. @param clock epoch milliseconds: when a session without `created_at` was made */
export function createStore(clock: () => number): Store {
  const active = new Map<string, SandboxSession>();
  const deleted = createDeleted(clock);
  const deployments = createDeploymentStore(clock);

  function add(sessions: readonly NewSession[]): SandboxSession[] {
    const added = new Map<string, SandboxSession>();
    for (const input of sessions) {
      const session = complete(input, clock());
      const id = session.session_id;
      if (active.has(id) || added.has(id)) throw new RangeError(`There is a session ${id} already.`);
      if (deleted.has(id)) throw new RangeError(`Session ${id} was deleted; its id never comes back.`);
      added.set(id, session);
    }
    for (const [id, session] of added) {
      active.set(id, session);
      addDeploymentOf(session);
    }
    return [...added.values()];
  }

  function addDeploymentOf({ deployment_request_id: request_id, tags, created_at }: SandboxSession): void {
    if (request_id === undefined || deployments.get(request_id) !== undefined) return;
    deployments.add([{ request_id, tags: [...tags], created_at, session_based: true }]);
  }

  function remove(id: string, terminatingMs = 0): boolean {
    const session = active.get(id);
    if (session === undefined) return false;
    active.delete(id);
    deleted.add(session, terminatingMs);
    return true;
  }

  function clear(): void {
    active.clear();
    deleted.clear();
    deployments.clear();
  }

  function changeUsers(id: string, change: (users: Set<string>) => void): SandboxSession | undefined {
    const session = active.get(id);
    if (session === undefined) return undefined;
    const users = new Set(session.users);
    change(users);
    const changed = { ...session, users: [...users] };
    active.set(id, changed);
    return changed;
  }

  return {
    get: (id) => active.get(id),
    isDeleted: (id) => deleted.has(id),
    sessions: () => [...active.values()],
    deletedIds: deleted.ids,
    terminating: deleted.terminatingOne,
    terminatingSessions: deleted.terminating,
    deployments,
    add,
    delete: remove,
    addUsers: (id, ips) =>
      changeUsers(id, (users) => {
        for (const ip of ips) users.add(canonicalIp(ip));
      }),
    removeUsers: (id, ips) =>
      changeUsers(id, (users) => {
        for (const ip of ips) users.delete(canonicalIp(ip));
      }),
    clear,
  };
}

function complete(input: NewSession, now: number): SandboxSession {
  const linked = input.linked ?? input.deployment_request_id !== undefined;
  return {
    session_id: input.session_id ?? `${randomBytes(6).toString('hex')}-s`,
    ...(input.custom_id === undefined ? {} : { custom_id: input.custom_id }),
    ...(input.deployment_request_id === undefined
      ? {}
      : { deployment_request_id: input.deployment_request_id }),
    tags: [...(input.tags ?? [])],
    users: [...new Set((input.users ?? []).map(canonicalIp))],
    status: input.status ?? 'Status.READY',
    linked,
    ready: input.ready ?? linked,
    kind: input.kind ?? 'DEFAULT',
    ...(input.webhook_url === undefined ? {} : { webhook_url: input.webhook_url }),
    by_location: input.by_location ?? false,
    created_at:
      typeof input.created_at === 'string' ? Date.parse(input.created_at) : (input.created_at ?? now),
    added_at: now,
  };
}
