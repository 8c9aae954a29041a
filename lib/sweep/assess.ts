/** One candidate of a sweep: a look at it, and what the policy says. */
import { factsOf, type ListedSession, learnedFrom } from './facts.ts';
import type { SweepMemory } from './memory.ts';
import type { Look, Pass } from './pass.ts';
import { look } from './pass.ts';
import type { SweepPolicy, Verdict } from './policy.ts';
import { judge } from './policy.ts';

/** A candidate, as the last look found it. */
export interface SweepRow {
  listed: ListedSession;
  look: Look['kind'];
  /** When the look was answered, in epoch milliseconds. */
  lookedMs: number;
  /** Absent: not known. */
  users?: number;
  verdict: Verdict;
}

/** How a sweep decides: its policy, and what earlier runs learned. */
export interface Judging {
  policy: SweepPolicy;
  memory: SweepMemory;
}

/** The decision on a row of the list alone. A session with `stop` or `unknown` needs a look. */
export function judgeListed(listed: ListedSession, { policy, memory }: Judging): Verdict {
  const id = listed.session_id;
  const hasUsers = (listed.user_count ?? 0) > 0;
  if (hasUsers && memory.known(id).hadUsers !== true) memory.learn(id, { hadUsers: true });
  return judge(factsOf(listed, undefined, memory.known(id)), Date.now(), policy);
}

/**
 * Looks at a session and decides. One that is gone is kept, because nothing is left to do, and so is one whose look
 * failed.
 */
export async function assess(pass: Pass, listed: ListedSession, judging: Judging): Promise<SweepRow> {
  const { policy, memory } = judging;
  const id = listed.session_id;
  const seen = await look(pass, id);
  const lookedMs = Date.now();
  const row = { listed, look: seen.kind, lookedMs };
  memory.learn(id, { lookedMs });
  if (seen.kind === 'gone') return { ...row, verdict: { stop: false, rule: 'ending' } };
  if (seen.kind === 'failed') return { ...row, verdict: { stop: false, rule: 'unknown' } };
  memory.learn(id, learnedFrom(seen.details));
  const facts = factsOf(listed, seen.details, memory.known(id));
  const verdict = judge(facts, lookedMs, policy);
  return { ...row, verdict, ...(facts.users !== undefined && { users: facts.users }) };
}
