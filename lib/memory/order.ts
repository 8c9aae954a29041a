/**
 * The order protocol: when the queue is empty, every user of every session is in the state of the latest event about
 * that user, although several environments handle events at once, in any order, more than once, and may be killed
 * between any two steps. The register (register.ts) holds the latest change that anybody claimed for each user.
 *
 * 1. **Claim.** Before the call, the change is written to the register, unless a later change stands there (it is
 *    superseded) or the same event, already applied (it is a repeat).
 * 2. **Call.** The API adds or removes the user.
 * 3. **Look again.** The change is marked as applied, on the condition that it still stands. If a later change stands
 *    by now, the call of that one may have come before ours. Where its action is the other one, it is carried out
 *    once more, and so on: after three such repairs the event goes back to the queue.
 * 4. **Repeats.** A superseded change is absorbed on its first receive: it has called nothing. On a later receive an
 *    earlier try may have called after the later change did, and been killed before it looked again. So the action
 *    of the change that stands is carried out once more, with a look as in step 3. Then the change is absorbed.
 *
 * Why it holds: whoever calls looks again, or is killed and received again. So the last call about a user is always
 * followed by a look, and where that look finds a later change of the other action, by another call.
 *
 * **Merging.** The events of a batch about one user become one change, the latest. An older one among them that was
 * received before may have been killed after its call, too: it counts like a receive of the change itself, and a
 * repeat that merges such an event carries out its action once more.
 *
 * **Grace.** A removal may be held back for some time (`USER_LEFT_GRACE`, `Register.hold`). Until it claims, the user
 * is still there. A join that claims meanwhile needs no call, and supersedes the removal. When an older join arrives
 * after that, the user was not there yet: the action of the join that stands is carried out.
 *
 * **Requests.** A change that nobody contests takes two: the claim and the mark, which is the look. Where another
 * change stands, one more reads it.
 *
 * **What remains.** A request that the API carries out long after it timed out: nobody looks after that. And the same
 * message in two environments at once, one of them killed between its call and its look: the other one acknowledges
 * the message, so nobody repeats the killed try (4 of 100,000 of the harshest runs of a model).
 */
import { MemoryError } from './errors.ts';
import { gatherCalls } from './gather.ts';
import type { Claim, Entry, Register, Standing } from './register.ts';
import { entryOf, isApplied } from './register.ts';
import type { UserAction, UserChange } from './types.ts';

/** Carries out an action for users of one session. Resolves with a result for each address, in order. */
export type CallUsers<R> = (users: {
  sessionId: string;
  action: UserAction;
  addresses: string[];
}) => Promise<readonly R[]>;

/**
 * How a call ended for one user. `done` is looked at again; `gone` is final; what failed is received again, or dead.
 */
export interface CallResult {
  outcome: 'done' | 'gone' | 'retry' | 'dead';
}

/** How a change ended. */
export type Settled<R> =
  /** As the last call about it did. */
  | { outcome: 'called'; result: R }
  /** It is applied already, or a later change takes its place. */
  | { outcome: 'absorbed' }
  /** It must be received again. */
  | { outcome: 'retry'; code: 'ORDER_UNSETTLED' | 'MEMORY_UNAVAILABLE'; reason: string };

const MOST_REPAIRS = 3;
const ABSORBED = { outcome: 'absorbed' } as const;
const UNSETTLED = {
  outcome: 'retry',
  code: 'ORDER_UNSETTLED',
  reason: 'Newer events about the user kept arriving while this one was handled. It is tried again.',
} as const;

/**
 * Applies the changes of a batch in the order of their events, whatever other environments do meanwhile. Sessions are
 * dealt with side by side. Within a session one call takes all users for whom the same action is due.
 * @param changes at most one for each user of each session.
 * @returns how each of them ended.
 * @throws what `call` throws: a fault of this service, not an outcome.
 */
export async function applyInOrder<R extends CallResult>(
  changes: readonly UserChange[],
  { register, call }: { register: Register; call: CallUsers<R> },
): Promise<ReadonlyMap<UserChange, Settled<R>>> {
  const sessions = Map.groupBy(changes, ({ sessionId }) => sessionId);
  const settled = [...sessions].map(async ([sessionId, group]) => {
    const gathered = gatherCalls(group.length, (action, addresses) => call({ sessionId, action, addresses }));
    return await Promise.all(
      group.map(async (change) => {
        const outcome = await applyChange(change, register, gathered.call).finally(gathered.leave);
        return [change, outcome] as const;
      }),
    );
  });
  return new Map((await Promise.all(settled)).flat());
}

/** The protocol for one change. */
async function applyChange<R extends CallResult>(
  change: UserChange,
  register: Register,
  call: (action: UserAction, address: string) => Promise<R>,
): Promise<Settled<R>> {
  try {
    const own = entryOf(change);
    const claim = await register.claim(own);
    if (isAbsorbed(change, own, claim)) return ABSORBED;
    if (isAlreadyThere(change, claim)) {
      await register.assume(own);
      return ABSORBED;
    }
    let entry: Entry = claim.won ? own : claim.standing;
    for (let repairs = 0; repairs <= MOST_REPAIRS; repairs += 1) {
      const result = await call(entry.action, change.address);
      if (result.outcome !== 'done') return { outcome: 'called', result };
      const standing = await register.confirm(entry);
      if (standing === undefined || standing.action === entry.action)
        return claim.won ? { outcome: 'called', result } : ABSORBED;
      entry = standing;
    }
    return UNSETTLED;
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return { outcome: 'retry', code: error.code, reason: error.message };
  }
}

/** Whether the change is a repeat or superseded, and nothing is left to call for it (step 4). */
function isAbsorbed({ receiveCount, mergedReceiveCount }: UserChange, own: Entry, claim: Claim): boolean {
  if (claim.won) return false;
  const { standing } = claim;
  const isRepeat = isApplied(own, standing);
  // An older join, this one or one that was merged, shows that the user was not there when a later one was assumed.
  const mayBeOlderJoin = mergedReceiveCount > 0 || (own.action === 'join' && !isRepeat);
  if (mayBeOlderJoin && mayBeAssumed(standing)) return false;
  // An applied event looked again before it was marked: only what was merged into it may have called since.
  return (isRepeat ? mergedReceiveCount : Math.max(receiveCount, mergedReceiveCount)) <= 1;
}

/** Whether a join stands that was applied without a call, or is about to be. */
function mayBeAssumed({ action, applied, assumed }: Standing): boolean {
  return action === 'join' && (assumed || !applied);
}

/**
 * Whether the change is a join that takes the place of a removal that was held back. What was merged into it may be
 * an older join, which shows that the user was not there yet, or a removal whose earlier try called.
 */
function isAlreadyThere({ mergedReceiveCount }: UserChange, claim: Claim): boolean {
  return claim.won && claim.held && mergedReceiveCount === 0;
}
