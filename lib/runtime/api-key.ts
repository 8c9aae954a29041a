/** Reads the API key before the handler runs, so that a batch never starts without one. */
import type { MiddlewareObj } from '@middy/core';
import type { SecretReader } from './secrets.ts';

/**
 * @param readKey the same reader that the client uses; it caches.
 * @throws (into the chain) whatever the reader throws: the batch then fails as a whole and is delivered again.
 */
export function apiKey<TEvent, TResult>(readKey: SecretReader): MiddlewareObj<TEvent, TResult, Error> {
  return {
    before: async () => {
      await readKey({ refresh: false });
    },
  };
}
