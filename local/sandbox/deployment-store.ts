/** The sandbox's deployments, in memory. Their life cycle follows the clock: no timers. */
import { randomBytes } from 'node:crypto';
import type { NewDeployment } from './deployment-models.ts';

/** A deployment of the sandbox. Times in epoch milliseconds. */
export interface SandboxDeployment {
  readonly request_id: string;
  readonly app_name: string;
  readonly app_version: string;
  readonly tags: readonly string[];
  readonly created_at: number;
  readonly ready_at: number;
  /** Ends in `Error` instead of `Ready`. */
  readonly failed: boolean;
  /** Whether sessions can be linked to it. */
  readonly session_based: boolean;
  /** Set once its stop was asked for: when it stops, and when it has disappeared. */
  readonly ends?: { readonly at: number; readonly gone_at: number };
}

/** The state of the deployments. */
export interface DeploymentStore {
  /** Any deployment that there ever was. */
  get(id: string): SandboxDeployment | undefined;
  /** All of them, stopped ones too, in the order of their entry. */
  all(): SandboxDeployment[];
  /** Those that cost money: their stop was not asked for. */
  running(): SandboxDeployment[];
  /** Whether its stop was asked for. */
  isStopped(id: string): boolean;
  /** Adds all of these, or none: throws a RangeError for an id that is taken. */
  add(deployments: readonly NewDeployment[]): SandboxDeployment[];
  /** Stops one, at once or as soon as it is ready; it is Terminating for this long. False when there is none to stop. */
  stop(id: string, terminatingMs?: number): boolean;
  /** Forgets all. */
  clear(): void;
}

/** The words that a deployment goes through until it is ready (the platform's deployment life cycle). */
const PENDING = ['Initializing', 'Seeking', 'Seeked', 'Scanning', 'Deploying'] as const;

/** A deployment's status word. */
export type Phase = (typeof PENDING)[number] | 'Ready' | 'Error' | 'Terminating' | 'Terminated';

/** The status of a deployment at a moment. @param now epoch milliseconds */
export function phaseOf({ created_at, ready_at, failed, ends }: SandboxDeployment, now: number): Phase {
  if (ends !== undefined && now >= ends.gone_at) return 'Terminated';
  if (ends !== undefined && now >= ends.at) return 'Terminating';
  if (now >= ready_at) return failed ? 'Error' : 'Ready';
  const step = Math.floor(((now - created_at) / (ready_at - created_at)) * PENDING.length);
  return PENDING[Math.max(0, step)] ?? 'Initializing';
}

/** An empty store. @param clock epoch milliseconds */
export function createDeploymentStore(clock: () => number): DeploymentStore {
  const known = new Map<string, SandboxDeployment>();

  function add(deployments: readonly NewDeployment[]): SandboxDeployment[] {
    const added = new Map<string, SandboxDeployment>();
    for (const input of deployments) {
      const deployment = complete(input, clock());
      const id = deployment.request_id;
      if (known.has(id) || added.has(id)) throw new RangeError(`There is a deployment ${id} already.`);
      added.set(id, deployment);
    }
    for (const [id, deployment] of added) known.set(id, deployment);
    return [...added.values()];
  }

  function stop(id: string, terminatingMs = 0): boolean {
    const deployment = known.get(id);
    if (deployment === undefined || deployment.ends !== undefined) return false;
    const at = Math.max(clock(), deployment.ready_at);
    known.set(id, { ...deployment, ends: { at, gone_at: at + terminatingMs } });
    return true;
  }

  return {
    get: (id) => known.get(id),
    all: () => [...known.values()],
    running: () => [...known.values()].filter(({ ends }) => ends === undefined),
    isStopped: (id) => known.get(id)?.ends !== undefined,
    add,
    stop,
    clear: () => known.clear(),
  };
}

function complete(input: NewDeployment, now: number): SandboxDeployment {
  const created = typeof input.created_at === 'string' ? Date.parse(input.created_at) : input.created_at;
  const created_at = created ?? now;
  return {
    request_id: input.request_id ?? randomBytes(6).toString('hex'),
    app_name: input.app_name ?? 'arena',
    app_version: input.app_version ?? '1.0.0',
    tags: [...(input.tags ?? [])],
    created_at,
    ready_at: created_at + (input.ready_after_ms ?? 0),
    failed: input.failed ?? false,
    session_based: input.session_based ?? false,
  };
}
