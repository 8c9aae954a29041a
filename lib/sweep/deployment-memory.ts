/** What the sweep of deployments remembers: which had sessions, and since when they have none. */
import { FifoMap } from 'toad-cache';
import type { MemoryError } from '../memory/errors.ts';
import type { Memory } from '../memory/memory.ts';

/** Deployments remembered, each for a day: the oldest leave first. */
const MOST_DEPLOYMENTS = 100_000;
const REMEMBERED_MS = 24 * 3_600_000;
/** What the memory names as the event that stopped a deployment, where the sweep did it without an event. */
const EVENT = 'stale-sessions';

/** What the sweep needs of the shared memory. */
export type SharedMemory = Pick<
  Memory,
  'recall' | 'rememberSessionsOn' | 'rememberEmpty' | 'rememberStopped'
>;

/**
 * The memory of the sweeps of one environment. Where an operation resolves with a MemoryError, the table did not answer.
 */
export interface DeploymentMemory {
  /** The first look before this time (epoch milliseconds) since which none saw a session on it. */
  emptySince(id: string, beforeMs: number): number | undefined;
  /** Takes in one look of a run at all deployments. @param nowMs when the run started, epoch milliseconds. */
  learn(
    looks: ReadonlyMap<string, number | undefined>,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<MemoryError | undefined>;
  /** Deployments stopped since a time in epoch milliseconds. */
  stopsSince(ms: number): number;
  /** These deployments are stopped, by rule. */
  rememberStops(
    stops: readonly { id: string; rule: string }[],
    signal: AbortSignal,
  ): Promise<MemoryError | undefined>;
}

/** An empty memory before the shared one. Where the table does not answer, nothing is known to be empty. */
export function createDeploymentMemory(memory: SharedMemory): DeploymentMemory {
  const empty = new FifoMap<number>(MOST_DEPLOYMENTS, REMEMBERED_MS);
  /** The last looks that did not see them empty: the table may not have taken that. */
  const notEmpty = new FifoMap<number>(MOST_DEPLOYMENTS, REMEMBERED_MS);
  let stops: { atMs: number; count: number }[] = [];

  /** What earlier looks of this or another environment found about deployments that are not known here as empty. */
  async function recallFirstLooks(ids: readonly string[], nowMs: number, signal: AbortSignal) {
    const open = ids.filter((id) => empty.get(id) === undefined);
    const { deployments, unavailable } = await memory.recall({ sessionIds: [], deploymentIds: open }, signal);
    const firstLooks = open.flatMap((id) => {
      const { lastSessionAtMs, emptySinceMs = 0 } = deployments.get(id) ?? {};
      if (lastSessionAtMs === undefined) return [];
      const afterMs = Math.max(lastSessionAtMs, notEmpty.get(id) ?? 0, nowMs - REMEMBERED_MS);
      const isKnown = unavailable === undefined && emptySinceMs > afterMs && emptySinceMs < nowMs;
      return [{ id, sinceMs: isKnown ? emptySinceMs : undefined }];
    });
    return { firstLooks, unavailable };
  }

  return {
    emptySince(id, beforeMs) {
      const sinceMs = empty.get(id);
      return sinceMs !== undefined && sinceMs < beforeMs ? sinceMs : undefined;
    },
    async learn(looks, nowMs, signal) {
      const ids = [...looks.keys()];
      const unknown = ids.filter((id) => looks.get(id) === undefined);
      const used = ids.filter((id) => (looks.get(id) ?? 0) > 0);
      for (const id of [...unknown, ...used]) empty.delete(id);
      const without = ids.filter((id) => looks.get(id) === 0);
      const { firstLooks, unavailable } = await recallFirstLooks([...without, ...unknown], nowMs, signal);
      for (const id of [...unknown, ...used]) notEmpty.set(id, nowMs);
      const isEmpty = ({ id }: { id: string }): boolean => looks.get(id) === 0;
      for (const { id, sinceMs = nowMs } of firstLooks.filter(isEmpty)) empty.set(id, sinceMs);
      const fresh = firstLooks.filter((look) => isEmpty(look) && look.sinceMs === undefined);
      const lost = firstLooks.filter((look) => !isEmpty(look) && look.sinceMs !== undefined);
      const failures = [
        await memory.rememberSessionsOn(used, signal),
        await memory.rememberEmpty(idsOf(fresh), nowMs, signal),
        await memory.rememberEmpty(idsOf(lost), undefined, signal),
      ];
      return unavailable ?? failures.find((failure) => failure !== undefined);
    },
    stopsSince(ms) {
      stops = stops.filter(({ atMs }) => atMs > ms);
      return stops.reduce((sum, { count }) => sum + count, 0);
    },
    async rememberStops(stopped, signal) {
      if (stopped.length === 0) return undefined;
      stops = [...stops, { atMs: Date.now(), count: stopped.length }];
      const ended = stopped.map(({ id, rule }) => ({
        deploymentId: id,
        by: rule,
        event: EVENT,
      }));
      return await memory.rememberStopped(ended, signal);
    },
  };
}

function idsOf(looks: readonly { id: string }[]): string[] {
  return looks.map(({ id }) => id);
}
