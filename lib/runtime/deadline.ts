/** A time limit for one piece of work. */

/**
 * Runs work with a signal that aborts when the time is over, or when `outer` aborts. Nothing outlives the work: neither
 * the timer, nor a listener on `outer`, which may live much longer.
 * @param timeoutMs milliseconds.
 * @param outer undefined: only the time counts.
 * @returns what the work returns. Rejects with what the work rejects with.
 */
export async function withDeadline<T>(
  timeoutMs: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(outer?.reason);
  const expire = (): void =>
    controller.abort(new DOMException(`No answer within ${timeoutMs} ms.`, 'TimeoutError'));
  if (outer?.aborted) abort();
  outer?.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(expire, timeoutMs);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', abort);
  }
}
