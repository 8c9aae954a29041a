/** The sweep: survey, guard, stop. What one run leaves, a later one finds again. */
import type { AuditLog } from '../edgegap/audit.ts';
import type { CallOptions } from '../edgegap/client.ts';
import type { Memory } from '../memory/memory.ts';
import type { SweepRow } from './assess.ts';
import { NO_AUDIT } from './audit.ts';
import type { SweepConfig } from './config.ts';
import { GUARD_WINDOW_MS, tripsGuard } from './guard.ts';
import { createSweepMemory } from './memory.ts';
import type { Pass, SweepClient } from './pass.ts';
import { createProblems, type Problem } from './problems.ts';
import type { Stops } from './stop.ts';
import { stopStale } from './stop.ts';
import { type Survey, survey } from './survey.ts';

/** How a sweep reaches the API. */
export interface SweepOptions extends SweepConfig {
  client: SweepClient;
  /** Calls in flight at once. */
  concurrency: number;
  /** Calls a second that the client makes. */
  rate: number;
  /** Values that one bulk stop may carry. */
  bulkStopChunk: number;
  /** Where stopped sessions are remembered, so that later events about them need no call. Default: nowhere. */
  shared?: Pick<Memory, 'rememberDeleted'>;
}

/** What one run did. */
export interface SweepReport {
  mode: 'stop' | 'report';
  /** Distinct sessions that this run listed. */
  listed: number;
  candidates: number;
  /** The candidates that were looked at, as the last look found them. */
  rows: SweepRow[];
  /** Candidates that no look decided: the time was over, or the look failed. */
  undecided: number;
  /** Ids that are proven to be stopped. */
  stopped: string[];
  /** Sessions that earlier runs stopped within the last hour. The guard counts them. */
  stoppedBefore: number;
  /** Kept because the API did not show what it takes to decide. */
  keptUnknown: number;
  /** More sessions might have been stopped than the guard allows: none was. */
  guardTripped: boolean;
  /** Whether it came to the end of the list, of the candidates and of the stale sessions. */
  complete: boolean;
  problems: Problem[];
  /** Why the memory's table did not take what was stopped, where it did not. */
  memoryFailure?: string;
  durationMs: number;
}

/** Shares of a run's time: for the list, for the first looks. The rest is for looking again and stopping. */
const LIST_UNTIL = 0.3;
const LOOK_UNTIL = 0.6;
/** No look starts after this share: the last stops need time, too. */
const AGAIN_UNTIL = 0.95;

/** The options of one run. */
export interface SweepCall extends CallOptions, Pick<Pass, 'onProgress'> {
  /** Asked before the first stop, with what was found. Default: yes. */
  confirm?: (rows: readonly SweepRow[]) => Promise<boolean>;
  /** Where stops are logged. Default: nowhere. */
  audit?: AuditLog;
}

/** One run. @throws SessionsApiError when the sessions cannot be listed. */
export type Sweep = (call?: SweepCall) => Promise<SweepReport>;

const NO_STOPS: Stops = { stopped: [], again: new Map(), complete: true };

/** Makes a sweep. It remembers from run to run: ages, where the list goes on, and how many sessions it stopped. */
export function createSweep(options: SweepOptions): Sweep {
  const { client, concurrency, policy, mode, maxStops, rate, bulkStopChunk: chunk } = options;
  const memory = createSweepMemory();
  const judging = { policy, memory };
  return async ({ deadline = Number.POSITIVE_INFINITY, audit = NO_AUDIT, ...call } = {}) => {
    const { signal, onProgress, confirm } = call;
    const startedAt = Date.now();
    const at = (share: number): number => startedAt + (deadline - startedAt) * share;
    const problems = createProblems();
    const given = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
    const pass: Pass = { client, concurrency, problems, audit, ...given };
    const found = await survey(pass, judging, { listUntilMs: at(LIST_UNTIL), lookUntilMs: at(LOOK_UNTIL) });
    const stale = found.rows.filter(({ verdict }) => verdict.stop).length;
    const stoppedBefore = memory.stopsSince(startedAt - GUARD_WINDOW_MS);
    const guardTripped = tripsGuard({ stale, undecided: found.undecided, stoppedBefore }, maxStops);
    const mayStop = mode === 'stop' && stale > 0 && !guardTripped;
    const stops =
      mayStop && ((await confirm?.(found.rows)) ?? true)
        ? await stopStale(pass, judging, found.rows, { untilMs: at(AGAIN_UNTIL), chunk, rate })
        : NO_STOPS;
    memory.rememberStops(stops.stopped.length, Date.now());
    const failure = await remember(stops, options.shared, signal);
    const durationMs = Date.now() - startedAt;
    return {
      mode,
      stoppedBefore,
      guardTripped,
      durationMs,
      problems: problems.list(),
      ...(failure && { memoryFailure: failure.message }),
      ...outcome(found, stops),
    };
  };
}

/** What the memory names as the event that deleted a session, where the sweep did it without an event. */
const EVENT = 'stale-sessions';

/** Remembers what was stopped, and by which rule. @returns why the memory's table did not take it */
async function remember(
  { stopped, again }: Stops,
  shared: SweepOptions['shared'],
  signal = new AbortController().signal,
) {
  if (shared === undefined || stopped.length === 0) return undefined;
  const deleted = stopped.map((sessionId) => {
    return { sessionId, by: again.get(sessionId)?.verdict.rule ?? 'unknown', event: EVENT };
  });
  return await shared.rememberDeleted(deleted, signal);
}

/** Both halves of a run together: what the second looks found replaces what the first ones did. */
function outcome(found: Survey, { stopped, again, complete }: Stops) {
  const rows = found.rows.map((row) => again.get(row.listed.session_id) ?? row);
  const keptUnknown = rows.filter(({ verdict }) => verdict.rule === 'unknown').length;
  return { ...found, rows, stopped, keptUnknown, complete: found.complete && complete };
}
