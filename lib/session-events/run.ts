/** Run: makes the calls of a plan and tells how each target ended. Never rejects for an API error. */
import { canonicalIp } from '../../events/ip.ts';
import type { CallOptions, SessionsClient } from '../edgegap/client.ts';
import type { Memory } from '../memory/memory.ts';
import { chunks } from '../runtime/lists.ts';
import { sessionsCall } from './deletions.ts';
import { afterError } from './failures.ts';
import type { BulkStopCall, Call, Plan, Target, TargetResult, UsersCall } from './types.ts';

/** What running a plan needs of the world. */
export interface RunContext {
  client: SessionsClient;
  memory: Memory;
  /** Whether the API's session surface is there: decides what a 404 means. */
  surfaceIsThere: (options: CallOptions) => Promise<boolean>;
  bulkStopChunk: number;
  /** Abort signal and deadline of the invocation, handed to every call. */
  call: CallOptions;
}

/**
 * Runs a plan: deletions, then additions, then removals. Users calls of a session that a deletion of this
 * batch turned out to have taken are dropped as gone.
 */
export async function runPlan(plan: Plan, context: RunContext): Promise<TargetResult[]> {
  const deleted = await runAll(plan.deletions, context);
  const confirmed = await confirmMissing(deleted, context);
  const added = await runAll(plan.additions, context);
  const removed = await runAll(plan.removals, context);
  return [...confirmed, ...added, ...removed];
}

/** Runs one call; where it is refused for one of many targets, the halves of it. */
export async function runCall(call: Call, context: RunContext): Promise<RunResult[]> {
  try {
    return await send(call, context);
  } catch (error) {
    return await afterError(error, call, context);
  }
}

/** A result that may still need a second look: the id was asked for and is not in `processable`. */
export type RunResult = TargetResult & { missing?: true };

async function runAll(calls: readonly Call[], context: RunContext): Promise<RunResult[]> {
  return (await Promise.all(calls.map((call) => runCall(call, context)))).flat();
}

async function send(call: Call, context: RunContext): Promise<RunResult[]> {
  if (call.operation === 'sessionDelete') return await sendDelete(call.targets, context);
  if (call.operation === 'sessionsBulkStop') return await sendBulkStop(call, context);
  return await sendUsers(call, context);
}

async function sendDelete([target]: [Target], { client, memory, call }: RunContext): Promise<RunResult[]> {
  await client.sessionDelete(target.value, call);
  memory.rememberDeleted(target.value);
  return [{ target, outcome: 'done' }];
}

async function sendBulkStop(call: BulkStopCall, context: RunContext): Promise<RunResult[]> {
  const { field, filterType, targets } = call;
  const values = targets.map((target) => target.value);
  const { processable } = await context.client.sessionsBulkStop(
    { filters: [{ field, filter_type: filterType, values }] },
    context.call,
  );
  if (processable === undefined) return targets.map(notProven);
  const stopped = new Set(processable);
  for (const id of stopped) context.memory.rememberDeleted(id);
  return targets.map((target) =>
    field === 'session_id' && !stopped.has(target.value)
      ? { target, outcome: 'gone', missing: true }
      : { target, outcome: 'done' },
  );
}

/** Something may have been stopped: the answer does not say what. */
function notProven(target: Target): RunResult {
  const reason = 'The API answered a bulk stop with a 2xx that cannot be read.';
  return { target, outcome: 'retry', code: 'NOT_PROVEN', reason };
}

async function sendUsers(
  call: UsersCall,
  { client, memory, call: options }: RunContext,
): Promise<RunResult[]> {
  const { operation, sessionId, targets } = call;
  if (memory.isDeleted(sessionId)) return targets.map((target) => ({ target, outcome: 'gone' }));
  await client[operation](sessionId, { ip_list: targets.map((target) => target.value) }, options);
  for (const { value, moment } of targets) memory.rememberChange(sessionId, canonicalIp(value), moment);
  return targets.map((target) => ({ target, outcome: 'done' }));
}

/** An id that was not in `processable` is asked for once more; still missing, it is gone. */
async function confirmMissing(results: readonly RunResult[], context: RunContext): Promise<RunResult[]> {
  const missing = results.filter((result) => result.missing).map((result) => result.target);
  const again = chunks(missing, context.bulkStopChunk).map(sessionsCall);
  return [...results.filter((result) => !result.missing), ...(await runAll(again, context))];
}
