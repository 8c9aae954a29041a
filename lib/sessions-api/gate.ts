/** The gate that every attempt passes: rate, concurrency, and the pause that the API asked for. */
import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';

/** Lets attempts through. */
export interface Gate {
  /** Runs an attempt when its turn comes; rejects with the signal's reason when it aborts before. */
  pass<T>(attempt: () => Promise<T>, signal: AbortSignal | undefined): Promise<T>;
  /** No attempt starts before so many milliseconds have passed. */
  pause(ms: number): void;
  /** Milliseconds until attempts may start again. */
  pausedMs(): number;
}

/**
 * @param rate attempts a second in any second (a sliding window); a fraction spaces them evenly.
 * @param concurrency attempts in flight at once.
 */
export function createGate(rate: number, concurrency: number): Gate {
  const window = Number.isInteger(rate)
    ? { intervalCap: rate, interval: 1000 }
    : { intervalCap: 1, interval: 1000 / rate };
  const queue = new PQueue({ concurrency, ...window, strict: true });
  let pausedUntil = 0;
  const pausedMs = (): number => Math.max(0, pausedUntil - Date.now());
  return {
    pausedMs,
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, Date.now() + ms);
    },
    pass: (attempt, signal) =>
      queue.add(async () => {
        while (pausedMs() > 0) await sleep(pausedMs(), undefined, signal && { signal });
        return await attempt();
      }, signal && { signal }),
  };
}
