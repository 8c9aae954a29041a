/** Recall: what the plan of a batch needs to know of earlier batches. */
import type { Memory, Recalled } from '../memory/memory.ts';
import type { MemoryView } from '../memory/types.ts';
import { selectorKeys } from './deletions.ts';
import type { PlannedEvent } from './types.ts';

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
  return await memory.recall({ sessionIds, selectors }, signal);
}

function sessionsOf({ ask }: PlannedEvent): string[] {
  if (ask.kind === 'deleteSessions') return ask.sessionIds;
  return ask.kind === 'removeUsers' || ask.kind === 'addUsers' ? [ask.sessionId] : [];
}

/** The view that a plan works on. @param nowMs epoch milliseconds. */
export function viewOf({ deleted, handled }: Recalled, memory: Memory, nowMs: number): MemoryView {
  return {
    isDeleted: (sessionId) => deleted.has(sessionId),
    isHandled: (key) => nowMs - (handled.get(key) ?? Number.NEGATIVE_INFINITY) < HANDLED_FOR_MS,
    refusal: memory.refusal,
  };
}
