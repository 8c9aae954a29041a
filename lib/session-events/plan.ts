/** Plan: the events of a batch become the fewest API calls that do the same. Pure. */
import { collectDeletions, deletionCalls } from './deletions.ts';
import type { StopsPlan } from './stops.ts';
import type { BatchView, Plan, PlanLimits, PlannedEvent, UsersCall } from './types.ts';
import { planUsers } from './users.ts';

/** Removals from messages younger than this wait when the budget is short: their match may be about to end. */
export const YOUNG_MS = 30_000;

/**
 * Plans a batch.
 * @param events the valid events of the batch (up to 10,000 records), in arrival order.
 * @param memory what is remembered of earlier batches.
 * @param stopsPlan the deployments that the events want stopped: see `planStops`.
 * @returns the calls by phase, the users calls that wait, and what needs no call. Each record is named by a target of
 * some call, by a selection, in `waiting`, or in `settled`.
 */
export function planBatch(
  events: readonly PlannedEvent[],
  memory: BatchView,
  limits: PlanLimits,
  stopsPlan: StopsPlan = { stops: [], settled: [] },
): Plan {
  const { stops, settled } = stopsPlan;
  const deleted = collectDeletions(events, memory);
  const users = planUsers(events, deleted.sessions, memory, limits.graceMs);
  const deletions = deletionCalls(deleted, users.absorbed, limits.bulkStopChunk);
  const { selections } = deleted;
  const room = Math.max(0, limits.budgetCalls - stops.length - deletions.length - selections.length);
  return {
    stops,
    deletions,
    selections,
    ...withinBudget(users.additions, users.removals, room),
    held: users.held,
    settled: [...settled, ...users.settled, ...deleted.settled],
  };
}

/**
 * Shares the room out: the oldest calls first, and half of it is kept for old removals, so that a stream of
 * additions cannot keep them waiting for ever. When everything fits, nothing waits.
 */
export function withinBudget(
  additions: readonly UsersCall[],
  removals: readonly UsersCall[],
  room: number,
): Pick<Plan, 'additions' | 'removals' | 'waiting'> {
  if (additions.length + removals.length <= room)
    return { additions: [...additions], removals: [...removals], waiting: [] };
  const old = removals.filter(({ ageMs }) => ageMs >= YOUNG_MS).toSorted(oldestFirst);
  const young = removals.filter(({ ageMs }) => ageMs < YOUNG_MS);
  const inOrder = additions.toSorted(oldestFirst);
  const kept = Math.min(old.length, Math.ceil(room / 2));
  const added = Math.min(inOrder.length, room - kept);
  const removed = room - added;
  return {
    additions: inOrder.slice(0, added),
    removals: old.slice(0, removed),
    waiting: [...inOrder.slice(added), ...old.slice(removed), ...young],
  };
}

function oldestFirst(one: UsersCall, other: UsersCall): number {
  return other.ageMs - one.ageMs;
}
