/** One clear log line for an invocation that fails as a whole. */
import type { MiddlewareObj } from '@middy/core';
import { logError } from './log.ts';

/**
 * Logs the error's name and message (chosen fields only: an error of an HTTP client may hold the key in its
 * headers) and lets it pass: Lambda then delivers the whole batch again.
 */
export function errors<TEvent, TResult>(): MiddlewareObj<TEvent, TResult, Error> {
  return {
    onError: ({ error }) => {
      logError('invocation failed', { error: error?.name, reason: error?.message });
    },
  };
}
