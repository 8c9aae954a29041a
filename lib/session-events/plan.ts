/** Plan: the events of a batch become the fewest API calls that do the same. Pure. */

import type { MemoryView } from '../memory/types.ts';
import { collectDeletions, deletionCalls } from './deletions.ts';
import type { Plan, PlanLimits, PlannedEvent, UsersCall } from './types.ts';
import { planUsers } from './users.ts';

/** Removals from messages younger than this wait when the budget is short: their match may be about to end. */
export const YOUNG_MS = 30_000;

/**
 * Plans a batch.
 * @param events the valid events of the batch (up to 10,000 records), in arrival order.
 * @param memory what earlier batches of this environment did.
 * @param limits see {@link PlanLimits}.
 * @returns the calls by phase, the users calls that wait, and what needs no call. Each record is named by a
 * target of some call, in `waiting`, or in `settled`.
 */
export function planBatch(events: readonly PlannedEvent[], memory: MemoryView, limits: PlanLimits): Plan {
  const deleted = collectDeletions(events, memory.isDeleted);
  const users = planUsers(events, deleted.sessions, memory);
  const deletions = deletionCalls(deleted, limits.bulkStopChunk);
  const room = Math.max(0, limits.budgetCalls - deletions.length);
  return {
    deletions,
    ...withinBudget(users, room),
    settled: [...users.settled, ...knownGone(events, memory)],
  };
}

function withinBudget(
  users: { additions: UsersCall[]; removals: UsersCall[] },
  room: number,
): Pick<Plan, 'additions' | 'removals' | 'waiting'> {
  const { additions, removals } = users;
  if (additions.length + removals.length <= room) return { additions, removals, waiting: [] };
  const young = removals.filter((call) => call.ageMs < YOUNG_MS);
  const old = removals.filter((call) => call.ageMs >= YOUNG_MS);
  const oldestFirst = (a: UsersCall, b: UsersCall): number => b.ageMs - a.ageMs;
  const inOrder = [...additions.toSorted(oldestFirst), ...old.toSorted(oldestFirst)];
  const running = inOrder.slice(0, room);
  return {
    additions: running.filter((call) => call.operation === 'putUsersSession'),
    removals: running.filter((call) => call.operation === 'deleteUsersSession'),
    waiting: [...inOrder.slice(room), ...young],
  };
}

/** Deletions of sessions that this environment deleted before: gone without a call. */
function knownGone(events: readonly PlannedEvent[], memory: MemoryView): Plan['settled'] {
  const gone: Plan['settled'] = [];
  for (const { ask, record } of events) {
    if (ask.kind === 'deleteSessions' && ask.sessionIds.some((id) => memory.isDeleted(id))) {
      gone.push({ record, outcome: 'gone' });
    }
  }
  return gone;
}
