/** The gate that every attempt passes: rate, concurrency, and the pause that the API asked for. */
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
  let resuming: NodeJS.Timeout | undefined;
  return {
    pausedMs: () => Math.max(0, pausedUntil - Date.now()),
    pause(ms) {
      if (Date.now() + ms <= pausedUntil) return;
      pausedUntil = Date.now() + ms;
      // What waits here holds no place in the window: after the pause the rate holds as before.
      queue.pause();
      clearTimeout(resuming);
      resuming = setTimeout(() => queue.start(), ms);
    },
    pass: (attempt, signal) => queue.add(attempt, signal && { signal }),
  };
}
