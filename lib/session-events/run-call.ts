/** Runs one call: sends it, and deals with a failure (after-failure.ts). Never rejects for an error of the API. */
import type { CallOptions } from '../edgegap/client.ts';
import { isSessionsApiError } from '../edgegap/errors.ts';
import type { MemoryError } from '../memory/errors.ts';
import type { Memory } from '../memory/memory.ts';
import type { Cause } from '../memory/types.ts';
import type { Audit, Questions } from './audit.ts';
import type { Budget } from './budget.ts';
import { handledKeys } from './deletions.ts';
import { every, type Findings } from './findings.ts';
import type * as Later from './later.ts';
import type { SessionFacts } from './session-facts.ts';
import type { BulkStopCall, Call, DeleteCall, DeletedSession, Target, UsersCall } from './types.ts';

/** What running calls needs of the world. */
export interface RunContext {
  client: Questions;
  /** Makes the calls that change something. */
  audit: Audit;
  memory: Memory;
  /** Why the memory's table did not answer: users calls have to wait until it does. */
  unavailable: MemoryError | undefined;
  budget: Budget;
  facts: SessionFacts;
  /** Loads what this batch turns out to need. */
  later: () => Promise<typeof Later>;
  /** Whether a deployment is known to be stopped. */
  isStopped(deploymentId: string): boolean;
  bulkStopChunk: number;
  /** What a record asked for, by whom. */
  causeOf: (record: number) => Cause;
  /** Abort signal and deadline of the invocation, handed to every call. */
  call: CallOptions & { signal: AbortSignal };
}

/** A bulk stop by deployment or tag is repeated until it stops nothing more, at most this many times. */
const SELECTOR_ROUNDS = 5;

/**
 * Runs one call; where it is refused for one of many targets, the halves of it, one after the other, so that every
 * call that the budget holds settles something.
 * @param exists whether its session is known to exist, so that a refusal needs no further question.
 */
export async function runCall(call: Call, context: RunContext, exists = false): Promise<Findings> {
  try {
    return await send(call, context);
  } catch (error) {
    if (!isSessionsApiError(error)) throw error;
    const { afterFailure } = await context.later();
    return await afterFailure(call, error, context, exists);
  }
}

async function send(call: Call, context: RunContext): Promise<Findings> {
  if (call.operation === 'sessionDelete') return await sendDelete(call, context);
  if (call.operation !== 'sessionsBulkStop') return await sendUsers(call, context);
  return call.field === 'session_id' ? await sendBulkStop(call, context) : await sendSelector(call, context);
}

async function sendDelete(call: DeleteCall, context: RunContext): Promise<Findings> {
  const { targets } = call;
  await context.audit.change(call, (client, options) => client.sessionDelete(targets[0].value, options));
  return { ...every(targets, { kind: 'done' }), deleted: [deletedBy(targets[0], targets[0].value, context)] };
}

async function sendBulkStop(call: BulkStopCall, context: RunContext): Promise<Findings> {
  const stopped = await bulkStop(call, context);
  const isStopped = ({ value }: Target): boolean => stopped?.has(value) === true;
  const done = call.targets.filter(isStopped);
  return {
    ...every(done, { kind: 'done' }),
    missing: call.targets.filter((target) => !isStopped(target)),
    deleted: done.map((target) => deletedBy(target, target.value, context)),
  };
}

/** One answer does not prove that nothing is left: a session may have been left out, or the answer may be unreadable. */
async function sendSelector(call: BulkStopCall, context: RunContext): Promise<Findings> {
  const seen = new Set<string>();
  for (let round = 0; round < SELECTOR_ROUNDS; round += 1) {
    if (round > 0) context.budget.spend(1);
    const stopped = await bulkStop(call, context);
    if (stopped?.isSubsetOf(seen) === true) {
      const values = call.targets.map(({ value }) => value);
      const deleted = [...seen].map((id) => deletedBy(call.targets[0], id, context));
      return { ...every(call.targets, { kind: 'done' }), deleted, handled: handledKeys({ ...call, values }) };
    }
    for (const id of stopped ?? []) seen.add(id);
  }
  const reason = `sessionsBulkStop by ${call.field} found more sessions each time. It is tried again.`;
  return every(call.targets, { kind: 'retry', code: 'NOT_PROVEN', reason });
}

/** The ids that the API will stop; undefined where its answer does not say. */
async function bulkStop(call: BulkStopCall, { audit }: RunContext): Promise<ReadonlySet<string> | undefined> {
  const { field, filterType, targets } = call;
  const values = targets.map(({ value }) => value);
  const filters = [{ field, filter_type: filterType, values }];
  return await audit.change(
    call,
    async (client, options) => {
      const { processable } = await client.sessionsBulkStop({ filters }, options);
      return processable && new Set(processable);
    },
    (stopped) => stopped,
  );
}

/** A session that is deleted, with the reason: what the first record of its target asked for. */
export function deletedBy(
  target: Target | undefined,
  sessionId: string,
  { causeOf }: RunContext,
): DeletedSession {
  const { by, event } = causeOf(target?.records[0] ?? -1);
  return { sessionId, by, event };
}

async function sendUsers(call: UsersCall, { audit }: RunContext): Promise<Findings> {
  const { operation, sessionId, targets } = call;
  const ip_list = targets.map(({ value }) => value);
  await audit.change(call, (client, options) => client[operation](sessionId, { ip_list }, options));
  return every(targets, { kind: 'done' });
}
