/**
 * The memory: what environments know together, in a DynamoDB table, and before it what this environment knows itself,
 * which saves requests. Without a table an environment remembers alone.
 */
import { Lru } from 'toad-cache';
import { readAwsConfig } from '../runtime/environment.ts';
import { logInfo } from '../runtime/log.ts';
import type { Item } from './attributes.ts';
import { untilFailure } from './batches.ts';
import { createCache } from './cache.ts';
import type { MemoryConfig } from './config.ts';
import { MemoryError } from './errors.ts';
import { deployments as deploymentItems, isoTime, selectors as selectorItems, tombstones } from './items.ts';
import { createRegister, type Register } from './register.ts';
import { type Condition, openTable, type Table } from './table.ts';
import { createTableRegister } from './table-register.ts';
import { type Cause, type RememberedDeployment, shortEvent, type Tombstone } from './types.ts';

/** What is remembered about the sessions and deployments that were asked for, by id. The others are not known. */
export interface Recalled {
  deleted: ReadonlyMap<string, Tombstone>;
  deployments: ReadonlyMap<string, RememberedDeployment>;
  /** When the sessions by a deployment or tag were deleted. Epoch milliseconds, by key. */
  handled: ReadonlyMap<string, number>;
  /** The table did not answer: the maps hold what this environment knows. Users calls wait until the table is back. */
  unavailable: MemoryError | undefined;
}

/**
 * The memory of one environment. Where an operation resolves with a MemoryError, the table did not answer: this
 * environment remembers all the same, and the next operation asks the table again.
 */
export interface Memory {
  /** What is known about these: one request for each hundred that this environment does not know as ended. */
  recall(
    ids: { sessionIds: readonly string[]; deploymentIds?: readonly string[]; selectors?: readonly string[] },
    signal: AbortSignal,
  ): Promise<Recalled>;
  /** The sessions are deleted, on evidence. One request for each 25. */
  rememberDeleted(
    sessions: readonly (Cause & { sessionId: string })[],
    signal: AbortSignal,
  ): Promise<MemoryError | undefined>;
  /** The sessions by these deployments or tags are deleted. One request for each 25. */
  rememberHandled(selectors: readonly string[], signal: AbortSignal): Promise<MemoryError | undefined>;
  /** The deployments are stopped, on evidence. One request for each 25. */
  rememberStopped(
    deployments: readonly (Cause & { deploymentId: string })[],
    signal: AbortSignal,
  ): Promise<MemoryError | undefined>;
  /** There are sessions on these deployments now. One request for each. */
  rememberSessionsOn(deploymentIds: readonly string[], signal: AbortSignal): Promise<MemoryError | undefined>;
  /**
   * A sweep looked at these deployments, which had sessions. One request for each.
   * @param sinceMs the first look that saw none, epoch milliseconds; undefined: a look could not tell.
   */
  rememberEmpty(
    deploymentIds: readonly string[],
    sinceMs: number | undefined,
    signal: AbortSignal,
  ): Promise<MemoryError | undefined>;
  /** The register for the users of one batch: see order.ts. */
  register(signal: AbortSignal): Register;
  /** The API refused this target for good. Known to this environment alone. */
  rememberRefusal(key: string, reason: string): void;
  /** Why the API refused this target before, if it did. */
  refusal(key: string): string | undefined;
  /** Who deleted a session. undefined: not this service, or too long ago. @throws MemoryError */
  why(sessionId: string, signal: AbortSignal): Promise<Tombstone | undefined>;
}

/** Entries of each kind that an environment holds. */
const REMEMBERED_ENTRIES = 10_000;
/** What was refused may be accepted later: it is asked for again then. */
const REFUSED_FOR_MS = 15 * 60_000;
const ALONE = {
  reason: 'MEMORY_TABLE is not set',
  effect: 'Events about one user that several environments handle may be applied in the wrong order.',
};

/** A sweep may still see sessions on a deployment that was stopped a moment ago. */
const NOT_STOPPED = { expression: 'attribute_not_exists(#stoppedAt)', values: {} };
/** One that never had a session is never empty. */
const HAD_SESSIONS = {
  expression: 'attribute_exists(#lastSessionAt) AND attribute_not_exists(#stoppedAt)',
  values: {},
};
/** In the place of a time. */
const UNKNOWN = 'unknown';

/** The table of an environment that remembers alone. */
const NO_TABLE: Pick<Table, 'get' | 'put' | 'update'> = {
  get: async () => new Map(),
  put: async () => undefined,
  update: async () => true,
};

/**
 * Opens the memory of an environment. Sends nothing yet. Without a table it logs that this environment remembers alone.
 * @param aws what signs requests; read before each.
 */
export function openMemory({ table: name, days }: MemoryConfig, aws = readAwsConfig): Memory {
  const shared = name === undefined ? undefined : openTable({ name, days, aws });
  if (shared === undefined) logInfo('this environment remembers alone', ALONE);
  const table = shared ?? NO_TABLE;
  const ownRegister = createRegister(REMEMBERED_ENTRIES);
  const sessions = createCache(tombstones, REMEMBERED_ENTRIES);
  const deployments = createCache(deploymentItems, REMEMBERED_ENTRIES);
  const selectors = createCache(selectorItems, REMEMBERED_ENTRIES);
  const refusals = new Lru<string>(REMEMBERED_ENTRIES, REFUSED_FOR_MS);

  return {
    async recall({ sessionIds, deploymentIds = [], selectors: keys = [] }, signal) {
      const ids = [...sessions.open(sessionIds), ...deployments.open(deploymentIds), ...selectors.open(keys)];
      const answer = await orUnavailable(table.get(ids, signal));
      const items: ReadonlyMap<string, Item> = answer instanceof MemoryError ? new Map() : answer;
      return {
        deleted: sessions.learn(sessionIds, items),
        deployments: deployments.learn(deploymentIds, items),
        handled: selectors.learn(keys, items),
        unavailable: failureOf(answer),
      };
    },
    async rememberDeleted(ended, signal) {
      const deletedAtMs = Date.now();
      const items = ended.map(({ sessionId, by, event }) =>
        sessions.set(sessionId, { deletedAtMs, by, event: shortEvent(event) }),
      );
      return failureOf(await orUnavailable(table.put(items, signal)));
    },
    async rememberHandled(keys, signal) {
      const handledAtMs = Date.now();
      const items = keys.map((key) => selectors.set(key, handledAtMs));
      return failureOf(await orUnavailable(table.put(items, signal)));
    },
    async rememberStopped(ended, signal) {
      const stoppedAtMs = Date.now();
      const items = ended.map(({ deploymentId, by, event }) =>
        deployments.set(deploymentId, { stopped: { stoppedAtMs, by, event: shortEvent(event) } }),
      );
      return failureOf(await orUnavailable(table.put(items, signal)));
    },
    async rememberSessionsOn(deploymentIds, signal) {
      const lastSessionAtMs = Date.now();
      for (const id of deploymentIds) deployments.set(id, { lastSessionAtMs });
      const set = { lastSessionAt: isoTime(lastSessionAtMs) };
      return await updateAll(table, deploymentIds, { set, condition: NOT_STOPPED }, signal);
    },
    async rememberEmpty(deploymentIds, sinceMs, signal) {
      const set = { emptySince: sinceMs === undefined ? UNKNOWN : isoTime(sinceMs) };
      return await updateAll(table, deploymentIds, { set, condition: HAD_SESSIONS }, signal);
    },
    async why(sessionId, signal) {
      const items = await table.get([tombstones.itemId(sessionId)], signal);
      return sessions.learn([sessionId], items).get(sessionId);
    },
    register: (signal) => (shared === undefined ? ownRegister : createTableRegister(shared, signal)),
    rememberRefusal: (key, reason) => refusals.set(key, reason),
    refusal: (key) => refusals.get(key),
  };
}

/** Changes the items of deployments. The first request that fails ends the others. */
async function updateAll(
  table: Pick<Table, 'update'>,
  deploymentIds: readonly string[],
  { set, condition }: { set: Item; condition: Condition },
  signal: AbortSignal,
): Promise<MemoryError | undefined> {
  const failFast = untilFailure(signal);
  const updates = deploymentIds.map((id) =>
    failFast((stopping) => table.update(deploymentItems.itemId(id), set, condition, stopping)),
  );
  return failureOf(await orUnavailable(Promise.all(updates)));
}

/** Waits for the table. Resolves with the error when it does not answer. */
async function orUnavailable<T>(answer: Promise<T>): Promise<T | MemoryError> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof MemoryError) return error;
    throw error;
  }
}

function failureOf(answer: unknown): MemoryError | undefined {
  return answer instanceof MemoryError ? answer : undefined;
}
