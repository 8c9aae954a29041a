/** Something that is looked at again and again. */

/** The last look, and why it failed where it did. */
export interface Reading<T> {
  /** What the last look that succeeded found. */
  value(): T | undefined;
  problem(): string | undefined;
  /** Looks again, once it is time. Never rejects. */
  renew(): Promise<void>;
}

/** Returns something that was not looked at yet. @param everyMs milliseconds between two looks. */
export function createReading<T>(everyMs: number, read: () => Promise<T>): Reading<T> {
  let value: T | undefined;
  let problem: string | undefined;
  let at = 0;
  return {
    value: () => value,
    problem: () => problem,
    async renew() {
      if (Date.now() - at < everyMs) return;
      at = Date.now();
      try {
        value = await read();
        problem = undefined;
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
    },
  };
}
