/** The second half of a sweep: looks again right before it stops. */
import type { Judging, SweepRow } from './assess.ts';
import { assess } from './assess.ts';
import { stopAudit } from './audit.ts';
import type { Pass } from './pass.ts';
import { eachOf, isOver } from './pass.ts';
import { stopSessions } from './stop-sessions.ts';

/** How long the second looks of one group may take. */
const GROUP_MS = 3000;
/** A look that is older than this is repeated before the stop. */
const FRESH_MS = 5000;
/** How long after its look a session may still be stopped, while the API refuses parts of a group or leaves ids out. */
const STOP_WITHIN_MS = 10_000;

/** What was stopped. */
export interface Stops {
  /** Ids that are proven to be stopped. */
  stopped: string[];
  /** What the second looks found, by id. */
  again: Map<string, SweepRow>;
  /** Whether the time was enough for all of them. */
  complete: boolean;
}

/** The limits of one run's stops. */
export interface StopLimits {
  /** No look starts later, in epoch milliseconds. */
  untilMs: number;
  /** Values that one bulk stop may carry. */
  chunk: number;
  /** Calls a second. */
  rate: number;
}

/**
 * Stops what a second look still finds stale, the oldest first. The looks of a group are at most a few seconds old
 * when its bulk stop goes out.
 */
export async function stopStale(
  pass: Pass,
  judging: Judging,
  rows: readonly SweepRow[],
  { untilMs, chunk, rate }: StopLimits,
): Promise<Stops> {
  const most = Math.min(chunk, Math.max(1, Math.floor((rate * GROUP_MS) / 1000)));
  const stopped: string[] = [];
  const again = new Map<string, SweepRow>();
  let queue = rows.filter(({ verdict }) => verdict.stop).sort(oldestFirst);
  const total = queue.length;
  while (queue.length > 0 && !isOver(pass, untilMs)) {
    const looks = await lookAgain(pass, judging, queue.slice(0, most), untilMs);
    for (const row of looks) again.set(row.listed.session_id, row);
    pass.onProgress?.('again', again.size, total);
    const stale = looks.filter(({ verdict }) => verdict.stop);
    const oldestFreshMs = Date.now() - FRESH_MS;
    const isFresh = ({ lookedMs }: SweepRow): boolean => lookedMs >= oldestFreshMs;
    stopped.push(...(await stopFresh(pass, stale.filter(isFresh))));
    queue = [...stale.filter((row) => !isFresh(row)), ...queue.slice(looks.length)];
  }
  return { stopped, again, complete: queue.length === 0 };
}

function oldestFirst({ verdict: one }: SweepRow, { verdict: other }: SweepRow): number {
  return (other.ageMs ?? 0) - (one.ageMs ?? 0);
}

/** Looks at these rows in order. Returns those that fit into the time of a group. */
async function lookAgain(pass: Pass, judging: Judging, rows: readonly SweepRow[], untilMs: number) {
  let endsMs = untilMs;
  const isDone = (): boolean => isOver(pass, Math.min(untilMs, endsMs));
  return await eachOf(pass, rows, isDone, async ({ listed }) => {
    const row = await assess(pass, listed, judging);
    endsMs = Math.min(endsMs, row.lookedMs + GROUP_MS);
    return row;
  });
}

async function stopFresh(pass: Pass, rows: readonly SweepRow[]): Promise<string[]> {
  if (rows.length === 0) return [];
  const oldest = Math.min(...rows.map(({ lookedMs }) => lookedMs));
  const ids = rows.map(({ listed }) => listed.session_id);
  const stops = stopAudit(pass.audit, rows);
  return await stopSessions({ ...pass, stops, deadline: oldest + STOP_WITHIN_MS }, ids);
}
