/** What a plan knows of earlier batches, for tests. */
import type { BatchView } from '../../lib/session-events/types.ts';

/** Nothing is remembered. */
export const NOTHING_KNOWN: BatchView = viewWith({});

/** A view in which these are remembered. */
export function viewWith({
  deleted = [],
  handled = [],
  refused = {},
  stopped = [],
  finished = [],
}: {
  deleted?: readonly string[];
  handled?: readonly string[];
  refused?: Record<string, string>;
  stopped?: readonly string[];
  finished?: readonly string[];
}): BatchView {
  return {
    isDeleted: (sessionId) => deleted.includes(sessionId),
    isHandled: (key) => handled.includes(key),
    isStopped: (deploymentId) => stopped.includes(deploymentId) || finished.includes(deploymentId),
    isFinished: (deploymentId) => finished.includes(deploymentId),
    refusal: (key) => (Object.hasOwn(refused, key) ? refused[key] : undefined),
  };
}
