/**
 * Changes users: the additions and removals of a plan, in the order of their events, whatever other environments do
 * meanwhile. `lib/memory/order.ts` says how.
 */
import { MemoryError } from '../memory/errors.ts';
import { applyInOrder, type CallResult, type Settled } from '../memory/order.ts';
import { entryOf } from '../memory/register.ts';
import type { UserAction, UserChange } from '../memory/types.ts';
import { every, type Findings, found, merge, retryWithoutMemory } from './findings.ts';
import { type RunContext, runCall } from './run-call.ts';
import type { AddressTarget, HeldRemoval, NamedCall, Outcome, UsersCall } from './types.ts';
import { OPERATIONS } from './users.ts';

/** What a call came to for one user. */
interface UserResult extends CallResult {
  /** What it means for the user's target. */
  result: Outcome;
  /** The call was answered as if the session did not exist: the outcome is open. */
  suspect?: NamedCall;
}

const OPEN: Outcome = { kind: 'retry', code: 'NOT_FOUND' };

/** Makes users calls as far as the budget goes; the others wait. Without the memory none is made. */
export async function changeUsers(calls: readonly UsersCall[], context: RunContext): Promise<Findings> {
  const { unavailable, budget, memory } = context;
  if (unavailable !== undefined)
    return merge(calls.map(({ targets }) => every(targets, retryWithoutMemory(unavailable))));
  const due = calls.filter(() => budget.take());
  const waiting = calls.slice(due.length).map(({ targets }) => every(targets, { kind: 'waiting' }));
  const targets = due.flatMap((call) => call.targets);
  const byUser = new Map(targets.map((target) => [keyOf(target.change), target]));
  const settled = await applyInOrder<UserResult>(
    targets.map(({ change }) => change),
    {
      register: memory.register(context.call.signal),
      call: async ({ sessionId, action, addresses }) => {
        const own = addresses.flatMap((address) => byUser.get(keyOf({ sessionId, address })) ?? []);
        return await callUsers(sessionId, action, own, context);
      },
    },
  );
  const changed = targets.map((target) => findingsOf(target, settled.get(target.change)));
  return merge([...waiting, ...changed]);
}

/** Notes removals that are held back, so that users who come back meanwhile are known to be there still. */
export async function holdRemovals(held: readonly HeldRemoval[], context: RunContext): Promise<void> {
  if (context.unavailable !== undefined) return;
  const register = context.memory.register(context.call.signal);
  // A user whose addition the same batch absorbs may not be there yet.
  const there = held.filter(({ target }) => target.absorbed.length === 0);
  await Promise.all(
    there.map(async ({ target }) => {
      try {
        await register.hold(entryOf(target.change));
      } catch (error) {
        // Without the note a user who comes back costs a call. Any other error is a fault.
        if (!(error instanceof MemoryError)) throw error;
      }
    }),
  );
}

function keyOf({ sessionId, address }: Pick<UserChange, 'sessionId' | 'address'>): string {
  return `${sessionId} ${address}`;
}

/** One call for users of one session, perhaps in halves. Resolves with a result for each of them, in order. */
async function callUsers(
  sessionId: string,
  action: UserAction,
  targets: AddressTarget[],
  context: RunContext,
): Promise<UserResult[]> {
  const changes = targets.map((target) => ({ ...target, change: { ...target.change, action } }));
  const call: UsersCall = { operation: OPERATIONS[action], sessionId, targets: changes, ageMs: 0 };
  const { results, suspects } = await runCall(call, context);
  const outcomes = new Map(results.map(({ target, outcome }) => [target.value, outcome]));
  return changes.map(({ value }): UserResult => {
    const suspect = suspects.find((one) => one.targets.some((target) => target.value === value));
    if (suspect !== undefined) return { outcome: 'retry', result: OPEN, suspect };
    const result = outcomes.get(value) ?? OPEN;
    return { outcome: callOutcome(result), result };
  });
}

function callOutcome({ kind }: Outcome): CallResult['outcome'] {
  return kind === 'done' || kind === 'gone' || kind === 'dead' ? kind : 'retry';
}

function findingsOf(target: AddressTarget, settled: Settled<UserResult> | undefined): Findings {
  if (settled === undefined) return found({});
  if (settled.outcome === 'absorbed') return every([target], { kind: 'absorbed' });
  if (settled.outcome === 'retry')
    return every([target], { kind: 'retry', code: settled.code, reason: settled.reason });
  const { suspect, result } = settled.result;
  return suspect === undefined
    ? every([target], result)
    : found({ suspects: [{ ...suspect, targets: [target] }] });
}
