/** The sandbox's rate limits: token buckets, as the platform limits an organisation. */
import type { Operation } from './models.ts';

/** A token, or how long until there is one, in milliseconds. */
export type Taken = { ok: true } | { ok: false; waitMs: number };

/** A token bucket. */
export interface TokenBucket {
  take(): Taken;
}

/** The operations with a published limit of their own, in requests a second (the description of 2026). */
const OWN_RATES = new Map<Operation, number>([
  ['listDeployments', 10],
  ['deploymentStatus', 20],
]);

/**
 * The bucket that each operation takes from: its own where a limit is published for it, else the one of all others.
 * Throws a RangeError as `createTokenBucket` does.
 */
export function createBuckets(
  rate: number,
  burst: number,
  clock: () => number,
): (operation: Operation) => TokenBucket {
  const shared = createTokenBucket(rate, burst, clock);
  if (rate === Infinity) return () => shared;
  const own = new Map(
    [...OWN_RATES].map(([operation, limit]) => [operation, createTokenBucket(limit, limit, clock)]),
  );
  return (operation) => own.get(operation) ?? shared;
}

/**
 * A full bucket of `burst` tokens that fills with `rate` tokens a second; `rate: Infinity` is never empty.
 * @param clock the time in milliseconds
 * Throws a RangeError for a rate that is not above 0 and for a burst under 1.
 */
export function createTokenBucket(rate: number, burst: number, clock: () => number): TokenBucket {
  if (!(rate > 0)) throw new RangeError(`The sandbox's rate is ${rate}; it must be above 0, or Infinity.`);
  if (!(burst >= 1)) throw new RangeError(`The sandbox's burst is ${burst}; it must be 1 or more.`);
  let tokens = burst;
  let filledAt = clock();

  function take(): Taken {
    if (rate === Infinity) return { ok: true };
    const now = clock();
    tokens = Math.min(burst, tokens + (Math.max(0, now - filledAt) / 1000) * rate);
    filledAt = now;
    if (tokens < 1) return { ok: false, waitMs: ((1 - tokens) / rate) * 1000 };
    tokens -= 1;
    return { ok: true };
  }

  return { take };
}
