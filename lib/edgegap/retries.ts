/**
 * Retries within an invocation, by ky: the one place that says what is tried again, when, and for how long.
 */
import type { RetryOptions } from 'ky';
import type { Call } from './attempt.ts';
import type { SessionsApiErrorCode } from './errors.ts';
import { isSessionsApiError } from './errors.ts';

const TRANSIENT = new Set<SessionsApiErrorCode>(['THROTTLED', 'UNAVAILABLE', 'INVALID_ANSWER']);
const FIRST_BACK_OFF_MS = 200;
const LONGEST_BACK_OFF_MS = 5000;
/** Without a deadline. */
const MOST_RETRIES = 3;

/**
 * The retries of one call: full jitter between 0 and 200 ms · 2ⁿ, at most 5 s; the gate holds a
 * `Retry-After`. When the longest wait does not fit the time left, the last error is thrown at once: the
 * queue can wait better. A refused key has been read again by the time of the retry, so a 401 or 403 is
 * repeated once, also where nothing else is.
 */
export function retriesOf<T>({ request, deadline, until }: Call<T>): RetryOptions {
  let isKeyRenewed = false;
  return {
    limit: deadline === undefined ? MOST_RETRIES : Number.MAX_SAFE_INTEGER,
    methods: [request.method],
    delay: backOffMs,
    jitter: true,
    shouldRetry({ error, retryCount }) {
      if (!isSessionsApiError(error)) return false;
      if (isRefusedKey(error)) {
        if (isKeyRenewed) return false;
        isKeyRenewed = true;
        return true;
      }
      const waitMs = Math.max(backOffMs(retryCount), error.retryAfterMs ?? 0);
      const fits = Date.now() + waitMs < until;
      return request.kind !== 'creation' && TRANSIENT.has(error.code) && fits;
    },
  };
}

/** Whether the API refused the key. A key that could not be read has no status. */
export function isRefusedKey(error: unknown): boolean {
  return isSessionsApiError(error) && error.code === 'UNAUTHORIZED' && error.status !== undefined;
}

function backOffMs(retry: number): number {
  return Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (retry - 1));
}
