/** The sweep: survey, guard, stop. What one run leaves, the next one finds again. */
import type { CallOptions } from '../edgegap/client.ts';
import type { SweepConfig } from './config.ts';
import type { Pass, Problem, SweepClient } from './pass.ts';
import { stopStale } from './stop.ts';
import type { SweepMemory, SweepRow } from './survey.ts';
import { survey } from './survey.ts';

/** How a sweep reaches the API. */
export interface SweepOptions extends SweepConfig {
  client: SweepClient;
  /** Looks in flight at once. */
  concurrency: number;
  /** Values that one bulk stop may carry. */
  bulkStopChunk: number;
}

/** What one run came to. */
export interface SweepReport {
  mode: 'stop' | 'report';
  listed: number;
  candidates: number;
  /** The candidates, as they were looked at last. */
  rows: SweepRow[];
  stopped: string[];
  /** Kept because their age could not be told. */
  keptUnknown: number;
  /** More would have been stopped than the guard allows: none was. */
  guardTripped: boolean;
  /** Whether time allowed to come to the end. */
  complete: boolean;
  problems: Problem[];
  durationMs: number;
}

/** Shares of a run's time: for the list, for the first looks. The rest is for looking again and stopping. */
const LIST_UNTIL = 0.3;
const LOOK_UNTIL = 0.6;
/** No look starts after this share: the last bulk stop needs time, too. */
const AGAIN_UNTIL = 0.95;

/** What a caller may say to one run. */
export interface SweepCall extends CallOptions, Pick<Pass, 'onProgress'> {
  /** Asked before the first stop, with what was found. Default: yes. */
  confirm?: (rows: readonly SweepRow[]) => Promise<boolean>;
}

/** One run. @throws SessionsApiError when the sessions cannot be listed. */
export type Sweep = (call?: SweepCall) => Promise<SweepReport>;

/** Makes a sweep. It remembers from run to run when sessions were created, so that it goes on with the oldest. */
export function createSweep(options: SweepOptions): Sweep {
  const { client, concurrency, policy, mode, maxStops, bulkStopChunk: chunk } = options;
  const memory: SweepMemory = new Map();
  return async ({ deadline = Number.POSITIVE_INFINITY, signal, onProgress, confirm } = {}) => {
    const startedAt = Date.now();
    const at = (share: number): number => startedAt + (deadline - startedAt) * share;
    const pass: Pass = {
      client,
      concurrency,
      problems: new Map(),
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    };
    const times = { listUntilMs: at(LIST_UNTIL), lookUntilMs: at(LOOK_UNTIL) };
    const found = await survey(pass, policy, memory, times);
    const stale = found.rows.filter(({ verdict }) => verdict.stop).length;
    const guardTripped = stale > maxStops;
    const stopsAny = mode === 'stop' && stale > 0 && !guardTripped;
    const stops =
      stopsAny && ((await confirm?.(found.rows)) ?? true)
        ? await stopStale(pass, policy, found.rows, { untilMs: at(AGAIN_UNTIL), chunk })
        : { stopped: [], complete: true };
    return {
      ...found,
      mode,
      stopped: stops.stopped,
      keptUnknown: found.rows.filter(({ verdict }) => verdict.rule === 'unknown').length,
      guardTripped,
      complete: found.complete && stops.complete,
      problems: [...pass.problems.values()],
      durationMs: Date.now() - startedAt,
    };
  };
}
