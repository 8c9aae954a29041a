/** A time limit for one piece of work. */

/**
 * Runs `work` with a signal of its own, which aborts when `signal` does, or with a `TimeoutError` after `timeoutMs`
 * (default: never). When the work has ended, neither a timer nor a listener is left. `AbortSignal.any` and
 * `AbortSignal.timeout` leave both: a signal that lives as long as an invocation would keep one more for each call.
 * @returns what the work returns. Rejects with what the work rejects with.
 */
export async function withTimeLimit<T>(
  { signal, timeoutMs }: { signal?: AbortSignal | undefined; timeoutMs?: number },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const abort = () => limit.abort(signal?.reason);
  const expire = () => limit.abort(new DOMException(`No answer within ${timeoutMs} ms.`, 'TimeoutError'));
  if (signal?.aborted) abort();
  const timer = timeoutMs === undefined ? undefined : setTimeout(expire, timeoutMs);
  signal?.addEventListener('abort', abort);
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/**
 * Waits for `work`, or until the signal aborts. fetch holds the signal of a Request weakly: under memory pressure a
 * collection may take it, and the abort is never seen.
 * @throws the signal's reason, and whatever `work` throws.
 */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
