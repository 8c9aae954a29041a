/** Recall: what the plan of a batch needs to know of earlier batches. */
import type { Memory, Recalled } from '../memory/memory.ts';
import { handledKey, selectorKeys } from './deletions.ts';
import type { BatchView, PlannedEvent } from './types.ts';

/** A message that repeats an event by deployment or tag so soon looks like a new one, and must not be taken for it. */
const HANDLED_FOR_MS = 15 * 60_000;

/** Asks the memory about the sessions, deployments and tags that the events of a batch name. */
export async function recallFor(
  events: readonly PlannedEvent[],
  memory: Memory,
  signal: AbortSignal,
): Promise<Recalled> {
  const sessionIds = [...new Set(events.flatMap(sessionsOf))];
  const selectors = [...new Set(events.flatMap(({ ask }) => selectorKeys(ask)))];
  const deploymentIds = [...new Set(events.flatMap(deploymentsOf))];
  return await memory.recall({ sessionIds, deploymentIds, selectors }, signal);
}

function sessionsOf({ ask }: PlannedEvent): string[] {
  if (ask.kind === 'deleteSessions') return ask.sessionIds;
  return ask.kind === 'removeUsers' || ask.kind === 'addUsers' ? [ask.sessionId] : [];
}

function deploymentsOf({ ask }: PlannedEvent): string[] {
  return ask.kind === 'stopDeployments' ? ask.requestIds : [];
}

/** The view that a plan works on. @param nowMs epoch milliseconds. */
export function viewOf(
  { deleted, deployments, handled }: Recalled,
  memory: Memory,
  nowMs: number,
): BatchView {
  const handledAt = (key: string): number => handled.get(key) ?? Number.NEGATIVE_INFINITY;
  const stoppedAt = (id: string) => deployments.get(id)?.stopped?.stoppedAtMs;
  return {
    isDeleted: (sessionId) => deleted.has(sessionId),
    isHandled: (key) => nowMs - handledAt(key) < HANDLED_FOR_MS,
    isStopped: (id) => stoppedAt(id) !== undefined,
    // Nothing is as late as NaN: one that was not stopped is not finished.
    isFinished: (id) => handledAt(handledKey('request_id', id)) >= (stoppedAt(id) ?? Number.NaN),
    refusal: memory.refusal,
  };
}
