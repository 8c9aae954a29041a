/** Retries within an invocation: the one place that says what is tried again, when, and for how long. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionsApiErrorCode } from './errors.ts';
import { isSessionsApiError } from './errors.ts';

const TRANSIENT = new Set<SessionsApiErrorCode>(['THROTTLED', 'UNAVAILABLE', 'INVALID_ANSWER']);
const FIRST_BACK_OFF_MS = 200;
const LONGEST_BACK_OFF_MS = 5000;
/** Without a deadline: so many retries, and no longer wait. */
const MOST_RETRIES = 3;
const LONGEST_WAIT_MS = 30_000;

/**
 * Tries until it succeeds, the error is one that stays, or the next wait (full jitter between 0 and 200 ms · 2ⁿ, at
 * most 5 s, never shorter than `Retry-After`) does not fit: then the last error is thrown at once, for the queue
 * can wait better.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { signal, deadline }: { signal?: AbortSignal | undefined; deadline?: number | undefined },
): Promise<T> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isSessionsApiError(error) || !TRANSIENT.has(error.code)) throw error;
      const backOffMs = Math.random() * Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** retries);
      const waitMs = Math.max(error.retryAfterMs ?? 0, backOffMs);
      const fits =
        deadline === undefined
          ? retries < MOST_RETRIES && waitMs <= LONGEST_WAIT_MS
          : Date.now() + waitMs < deadline;
      if (!fits) throw error;
      await sleep(waitMs, undefined, signal && { signal }).catch(() => Promise.reject(error));
    }
  }
}
