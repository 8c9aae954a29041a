/** The schedule that EventBridge Scheduler keeps after a deployment. */
import { setInterval } from 'node:timers/promises';

/** A running schedule. */
export interface Schedule {
  /** Ends it; done when the run in progress is. */
  stop(): Promise<void>;
}

/**
 * Runs something again and again, never twice at once.
 * @param everyMs the first run comes after this time, too.
 * @param onError is told what a run threw; the schedule goes on.
 */
export function startSchedule(
  run: () => Promise<unknown>,
  everyMs: number,
  onError: (error: unknown) => void,
): Schedule {
  const stopping = new AbortController();
  async function keep(): Promise<void> {
    for await (const _ of setInterval(everyMs, undefined, { signal: stopping.signal })) {
      await run().catch(onError);
    }
  }
  const ended = keep().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
  return {
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
}
