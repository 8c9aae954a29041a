/** Run: makes the calls of a plan and returns how each target ended. Never rejects for an error of the API. */
import type { MemoryError } from '../memory/errors.ts';
import { chunks } from '../runtime/lists.ts';
import { sessionsCall } from './deletions.ts';
import { every, type Findings, found, merge } from './findings.ts';
import { type RunContext, runCall } from './run-call.ts';
import type { Selected } from './selections.ts';
import type { Stopping } from './stop-deployments.ts';
import type {
  BulkStopCall,
  DeleteCall,
  NamedCall,
  Plan,
  RecordOutcome,
  Target,
  TargetResult,
  UsersCall,
} from './types.ts';

/** What running a plan came to. */
export interface RunResults {
  results: TargetResult[];
  /** What the plan's selections came to beside the sessions that they deleted. */
  settled: RecordOutcome[];
  /** The first reason why the memory's table did not answer. */
  memoryFailure: MemoryError | undefined;
}

/**
 * Runs a plan: stops of deployments, then deletions, then additions, then removals, then the proof of what looked as
 * if it did not exist. Stops and deletions always run; users calls run as far as the budget goes. What was stopped
 * and deleted is remembered at once, so that other environments need no calls for it.
 */
export async function runPlan(plan: Plan, given: RunContext): Promise<RunResults> {
  const stopping = await stop(plan, given);
  // Before the deletions: sessions that were deleted later than this need not be looked for again.
  const rememberedStops = await given.memory.rememberStopped(stopping.stopped, given.call.signal);
  const ids = new Set(stopping.stopped.map(({ deploymentId }) => deploymentId));
  const context = { ...given, isStopped: (id: string) => ids.has(id) || given.isStopped(id) };
  const deleted = await runDeletions(plan.deletions, context);
  const { targets, settled } = await select(plan, context);
  const selected = await runDeletions(chunks(targets, context.bulkStopChunk).map(sessionsCall), context);
  const gone = merge([deleted, selected]);
  const [remembered, users] = await Promise.all([remember(gone, context), runUsers(plan, gone, context)]);
  const confirmed = await confirm([...gone.suspects, ...users.suspects], context);
  const rememberedLater = await remember(confirmed, context);
  const memoryFailure = context.unavailable ?? rememberedStops ?? remembered ?? rememberedLater;
  const results = [stopping, gone, users, confirmed].flatMap((some) => some.results);
  return { results, settled, memoryFailure };
}

async function runUsers(plan: Plan, { deleted }: Findings, context: RunContext): Promise<Findings> {
  const ids = new Set(deleted.map(({ sessionId }) => sessionId));
  const isGone = ({ sessionId }: UsersCall): boolean => ids.has(sessionId);
  const calls = [...plan.additions, ...plan.removals];
  const gone = calls.filter(isGone).map(({ targets }) => every(targets, { kind: 'gone' }));
  if (gone.length === calls.length && plan.held.length === 0) return merge(gone);
  // Not with the function: a cold start that only deletes sessions does not need it.
  const { changeUsers, holdRemovals } = await import('./change-users.ts');
  const there = (all: readonly UsersCall[]) => all.filter((call) => !isGone(call));
  await holdRemovals(plan.held, context);
  const added = await changeUsers(there(plan.additions), context);
  const removed = await changeUsers(there(plan.removals), context);
  return merge([...gone, added, removed]);
}

/** @returns why the memory's table did not take it. */
async function remember(
  { deleted, handled }: Findings,
  { memory, call }: RunContext,
): Promise<MemoryError | undefined> {
  const failures = await Promise.all([
    memory.rememberDeleted(deleted, call.signal),
    memory.rememberHandled(handled, call.signal),
  ]);
  return failures.find((failure) => failure !== undefined);
}

/** An id that a bulk stop left out is asked for once more in bulk; what is still missing is proven. */
async function runDeletions(
  calls: readonly (DeleteCall | BulkStopCall)[],
  context: RunContext,
): Promise<Findings> {
  const first = await runAll(calls, context);
  const again = await runAll(chunks(first.missing, context.bulkStopChunk).map(sessionsCall), context);
  const open = [...first.unsent, ...again.missing, ...again.unsent];
  return merge([first, again, await prove(open, context)]);
}

async function runAll(calls: readonly (DeleteCall | BulkStopCall)[], context: RunContext): Promise<Findings> {
  context.budget.spend(calls.length);
  return merge(await Promise.all(calls.map((call) => runCall(call, context))));
}

// Loaded where there is something to stop or to prove: a cold start does not need them.

async function stop({ stops }: Plan, context: RunContext): Promise<Stopping> {
  if (stops.length === 0) return { results: [], stopped: [] };
  const { stopDeployments } = await context.later();
  return await stopDeployments(stops, context);
}

async function select({ selections }: Plan, context: RunContext): Promise<Selected> {
  if (selections.length === 0) return { targets: [], settled: [] };
  const { resolveSelections } = await context.later();
  return await resolveSelections(selections, context);
}

async function prove(open: readonly Target[], context: RunContext): Promise<Findings> {
  if (open.length === 0) return found({});
  const { proveSessions } = await context.later();
  return await proveSessions(open, context);
}

async function confirm(suspects: readonly NamedCall[], context: RunContext): Promise<Findings> {
  if (suspects.length === 0) return found({});
  const { confirmSuspects } = await context.later();
  return await confirmSuspects(suspects, context);
}
