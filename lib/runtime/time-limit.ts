/** A time limit for one piece of work. */

/**
 * Runs `work` with a signal of its own, which aborts when `signal` does, or with a `TimeoutError` after `timeoutMs`.
 * When the work has ended, neither a timer nor a listener is left. `AbortSignal.any` and `AbortSignal.timeout` leave
 * both: a signal that lives as long as an invocation would keep one more signal for each call.
 * @throws the reason of `signal` where it has aborted already, and whatever `work` throws.
 */
export async function withTimeLimit<T>(
  { signal, timeoutMs }: { signal?: AbortSignal | undefined; timeoutMs: number },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const limit = new AbortController();
  const abort = () => limit.abort(signal?.reason);
  const expire = () => limit.abort(new DOMException(`no end within ${timeoutMs} ms`, 'TimeoutError'));
  const timer = setTimeout(expire, timeoutMs);
  signal?.addEventListener('abort', abort);
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
