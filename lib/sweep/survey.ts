/** The first half of a sweep: lists the sessions and looks at those that may be stale. Stops nothing. */
import type { Judging, SweepRow } from './assess.ts';
import { assess, judgeListed } from './assess.ts';
import type { ListedSession } from './facts.ts';
import type { SweepMemory } from './memory.ts';
import { readPages } from './pages.ts';
import type { Pass } from './pass.ts';
import { eachOf, isOver } from './pass.ts';

/** What was found. */
export interface Survey {
  /** Distinct sessions that this run listed. */
  listed: number;
  /** Sessions that needed a look. */
  candidates: number;
  /** The candidates that were looked at. */
  rows: SweepRow[];
  /** Candidates that no look decided: the time was over, or the look failed. */
  undecided: number;
  /** Whether it came to the end of the list and looked at every candidate. */
  complete: boolean;
}

/**
 * Lists until `listUntilMs`, looks until `lookUntilMs` (epoch milliseconds). The next run goes on where the time for
 * listing ended.
 * @throws SessionsApiError when not one page of the list can be read.
 */
export async function survey(
  pass: Pass,
  judging: Judging,
  { listUntilMs, lookUntilMs }: { listUntilMs: number; lookUntilMs: number },
): Promise<Survey> {
  const { listed, complete, candidates } = await list(pass, judging, listUntilMs);
  let looked = 0;
  const isDone = (): boolean => isOver(pass, lookUntilMs);
  const rows = await eachOf(pass, candidates, isDone, async (candidate) => {
    const row = await assess(pass, candidate, judging);
    looked += 1;
    pass.onProgress?.('look', looked, candidates.length);
    return row;
  });
  const decided = rows.filter(({ look }) => look !== 'failed').length;
  return {
    listed,
    candidates: candidates.length,
    rows,
    undecided: candidates.length - decided,
    complete: complete && rows.length === candidates.length,
  };
}

/** The sessions whose fate details decide, in the order in which they are looked at. */
async function list(pass: Pass, judging: Judging, untilMs: number) {
  const { memory } = judging;
  const found: ListedSession[] = [];
  const page = memory.startPage();
  // A page that cannot be read again and again must not keep every run from starting.
  memory.startAt(1);
  const { listed, nextPage, complete } = await readPages(pass, { page, untilMs }, (session) => {
    const { stop, rule } = judgeListed(session, judging);
    if (stop || rule === 'unknown') found.push(session);
  });
  memory.startAt(nextPage);
  return { listed, complete, candidates: inOrder(found, memory) };
}

/** The oldest first, then those of unknown age: the ones never looked at first, so that none waits for ever. */
function inOrder(sessions: readonly ListedSession[], { known }: SweepMemory): ListedSession[] {
  return sessions
    .map((session) => ({ session, ...known(session.session_id) }))
    .sort(
      (one, other) =>
        (one.createdMs ?? Number.MAX_VALUE) - (other.createdMs ?? Number.MAX_VALUE) ||
        (one.lookedMs ?? 0) - (other.lookedMs ?? 0),
    )
    .map(({ session }) => session);
}
