/**
 * What all functions log alike: the request id on every line, and one clear line for an invocation that fails as a
 * whole.
 */
import type { MiddlewareObj, Request } from '@middy/core';
import { logError, logFor } from './log.ts';

/**
 * Puts the request id on every line of the invocation. Logs an error and lets it pass: Lambda then delivers the whole
 * batch again. Only its name and message are logged, because an error of an HTTP client may hold the API key in its
 * headers.
 */
export function errors<TEvent, TResult>(): MiddlewareObj<TEvent, TResult, Error> {
  const before = ({ context }: Request<TEvent, TResult, Error>): void => logFor(context.awsRequestId);
  const onError = ({ error }: Request<TEvent, TResult, Error>): void => {
    logError('invocation failed', { error: error?.name, reason: error?.message });
  };
  return { before, onError };
}
