/** Run: makes the calls of a plan and returns how each target ended. Never rejects for an error of the API. */
import { chunks } from '../runtime/lists.ts';
import { sessionsCall } from './deletions.ts';
import { every, type Findings, merge } from './findings.ts';
import { confirmSuspects, proveSessions } from './prove.ts';
import { type RunContext, runCall } from './run-call.ts';
import { resolveSelections } from './selections.ts';
import type { BulkStopCall, DeleteCall, Plan, RecordOutcome, TargetResult, UsersCall } from './types.ts';

/** What running a plan came to. */
export interface RunResults {
  results: TargetResult[];
  /** What the plan's selections came to beside the sessions that they deleted. */
  settled: RecordOutcome[];
}

/**
 * Runs a plan: deletions, then additions, then removals, then the proof of what looked as if it did not exist. Stops
 * and deletions always run; users calls run as far as the budget goes.
 */
export async function runPlan(plan: Plan, context: RunContext): Promise<RunResults> {
  const deleted = await runDeletions(plan.deletions, context);
  const { targets, settled } = await resolveSelections(plan.selections, context);
  const selected = await runDeletions(chunks(targets, context.bulkStopChunk).map(sessionsCall), context);
  const added = await runUsers(plan.additions, context);
  const removed = await runUsers(plan.removals, context);
  const all = merge([deleted, selected, added, removed]);
  const confirmed = await confirmSuspects(all.suspects, context);
  return { results: [...all.results, ...confirmed.results], settled };
}

/** An id that a bulk stop left out is asked for once more in bulk; what is still missing is proven. */
async function runDeletions(
  calls: readonly (DeleteCall | BulkStopCall)[],
  context: RunContext,
): Promise<Findings> {
  const first = await runAll(calls, context);
  const again = await runAll(chunks(first.missing, context.bulkStopChunk).map(sessionsCall), context);
  const open = [...first.unsent, ...again.missing, ...again.unsent];
  return merge([first, again, await proveSessions(open, context)]);
}

async function runAll(calls: readonly (DeleteCall | BulkStopCall)[], context: RunContext): Promise<Findings> {
  context.budget.spend(calls.length);
  return merge(await Promise.all(calls.map((call) => runCall(call, context))));
}

async function runUsers(calls: readonly UsersCall[], context: RunContext): Promise<Findings> {
  const findings = calls.map(async (call): Promise<Findings> => {
    if (!context.budget.take()) return every(call.targets, { kind: 'waiting' });
    return await runCall(call, context);
  });
  return merge(await Promise.all(findings));
}
