/** The first half of a sweep: lists all sessions and looks at those that may be stale. Stops nothing. */
import type { SessionContext } from '../edgegap/models.ts';
import type { Pass } from './pass.ts';
import { callOptions, eachOf, isOver, look } from './pass.ts';
import type { SweepPolicy, Verdict } from './policy.ts';
import { createdAt, judge, usersOf } from './policy.ts';

/** A candidate and what became of it. */
export interface SweepRow {
  listed: SessionContext;
  /** As the last look found them; undefined where that is unknown. */
  users: number | undefined;
  verdict: Verdict;
}

/** What was found. */
export interface Survey {
  /** Distinct sessions. */
  listed: number;
  /** Sessions that needed a look. */
  candidates: number;
  /** The candidates that were there when looked at, and those whose look failed. */
  rows: SweepRow[];
  /** Whether time allowed to list all sessions and to look at all candidates. */
  complete: boolean;
}

/** What earlier runs learned. A session's creation never changes: epoch milliseconds by id. */
export type SweepMemory = Map<string, number>;

/**
 * Lists until `listUntilMs`, looks until `lookUntilMs` (epoch milliseconds).
 * @throws SessionsApiError when the list cannot be read.
 */
export async function survey(
  pass: Pass,
  policy: SweepPolicy,
  memory: SweepMemory,
  { listUntilMs, lookUntilMs }: { listUntilMs: number; lookUntilMs: number },
): Promise<Survey> {
  const { listed, candidates, complete } = await list(pass, policy, memory, listUntilMs);
  const rows: SweepRow[] = [];
  let looked = 0;
  const allLooked = await eachOf(pass, candidates, lookUntilMs, async (candidate) => {
    const details = await look(pass, candidate.session_id);
    looked += 1;
    pass.onProgress?.('look', looked, candidates.length);
    if (details === 'gone') return;
    const known = details === 'failed' ? undefined : details;
    const createdMs = createdAt(known?.create_time);
    if (createdMs !== undefined) memory.set(candidate.session_id, createdMs);
    const verdict = judge(candidate, known, Date.now(), policy);
    rows.push({ listed: candidate, users: usersOf(candidate, known), verdict });
  });
  return { listed, candidates: candidates.length, rows, complete: complete && allLooked };
}

/** The distinct sessions, and those of them whose fate details decide: the oldest first, as far as that is known. */
async function list(pass: Pass, policy: SweepPolicy, memory: SweepMemory, untilMs: number) {
  const ids = new Set<string>();
  const candidates: SessionContext[] = [];
  let complete = true;
  for await (const session of pass.client.allSessions(callOptions(pass))) {
    const { session_id } = session;
    // A session that moves between pages comes twice.
    if (ids.has(session_id)) continue;
    ids.add(session_id);
    pass.onProgress?.('list', ids.size);
    const verdict = judge(session, undefined, Date.now(), policy, memory.get(session_id));
    if (verdict.stop || verdict.rule === 'unknown') candidates.push(session);
    if (isOver(pass, untilMs)) {
      complete = false;
      break;
    }
  }
  if (complete) for (const id of memory.keys()) if (!ids.has(id)) memory.delete(id);
  const created = ({ session_id }: SessionContext): number => memory.get(session_id) ?? Number.MAX_VALUE;
  candidates.sort((one, other) => created(one) - created(other));
  return { listed: ids.size, candidates, complete };
}
