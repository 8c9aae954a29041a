/** What a plan knows of earlier batches, for tests. */
import type { MemoryView } from '../../lib/memory/types.ts';

/** Nothing is remembered. */
export const NOTHING_KNOWN: MemoryView = viewWith({});

/** A view in which these are remembered. */
export function viewWith({
  deleted = [],
  handled = [],
  refused = {},
}: {
  deleted?: readonly string[];
  handled?: readonly string[];
  refused?: Record<string, string>;
}): MemoryView {
  return {
    isDeleted: (sessionId) => deleted.includes(sessionId),
    isHandled: (key) => handled.includes(key),
    refusal: (key) => (Object.hasOwn(refused, key) ? refused[key] : undefined),
  };
}
