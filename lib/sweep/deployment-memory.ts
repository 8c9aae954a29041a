/** What the sweep of deployments remembers: which had sessions (in the table), and since when they have none. */
import { FifoMap } from 'toad-cache';
import type { Memory } from '../memory/memory.ts';

/** Deployments remembered, each for a day: the oldest leave first. */
const MOST_DEPLOYMENTS = 100_000;
const REMEMBERED_MS = 24 * 3_600_000;
/** What the memory names as the event that stopped a deployment, where the sweep did it without an event. */
const EVENT = 'stale-sessions';

/** The memory of the sweeps of one environment. */
export interface DeploymentMemory {
  /** The first look before this time (epoch milliseconds) since which none saw a session on it. */
  emptySince(id: string, beforeMs: number): number | undefined;
  /** Takes in one look of a run at all deployments. @param nowMs when the run started, epoch milliseconds. */
  learn(looks: ReadonlyMap<string, number | undefined>, nowMs: number, signal: AbortSignal): Promise<void>;
  /** Deployments stopped since a time in epoch milliseconds. */
  stopsSince(ms: number): number;
  /** These deployments are stopped, by rule. */
  rememberStops(stops: readonly { id: string; rule: string }[], signal: AbortSignal): Promise<void>;
}

/** An empty memory before the shared one. Where the table does not answer, nothing is known to be empty. */
export function createDeploymentMemory(memory: Memory): DeploymentMemory {
  const empty = new FifoMap<number>(MOST_DEPLOYMENTS, REMEMBERED_MS);
  let stops: { atMs: number; count: number }[] = [];
  return {
    emptySince(id, beforeMs) {
      const sinceMs = empty.get(id);
      return sinceMs !== undefined && sinceMs < beforeMs ? sinceMs : undefined;
    },
    async learn(looks, nowMs, signal) {
      const ids = [...looks.keys()];
      const used = ids.filter((id) => (looks.get(id) ?? 0) > 0);
      const without = ids.filter((id) => looks.get(id) === 0);
      for (const id of ids) if (looks.get(id) !== 0) empty.delete(id);
      await memory.rememberSessionsOn(used, signal);
      const fresh = without.filter((id) => empty.get(id) === undefined);
      const { deployments } = await memory.recall({ sessionIds: [], deploymentIds: fresh }, signal);
      for (const id of fresh) if (deployments.get(id)?.lastSessionAtMs !== undefined) empty.set(id, nowMs);
    },
    stopsSince(ms) {
      stops = stops.filter(({ atMs }) => atMs > ms);
      return stops.reduce((sum, { count }) => sum + count, 0);
    },
    async rememberStops(stopped, signal) {
      if (stopped.length === 0) return;
      stops = [...stops, { atMs: Date.now(), count: stopped.length }];
      const ended = stopped.map(({ id, rule }) => ({
        deploymentId: id,
        by: rule,
        event: EVENT,
      }));
      await memory.rememberStopped(ended, signal);
    },
  };
}
