/** The API key, read before the handler runs. */
import type { MiddlewareObj } from '@middy/core';
import type { SecretReader } from './secrets.ts';

/**
 * A middleware that reads the key, so that a batch never starts without one.
 * @param readKey the reader that the client uses, too: it caches.
 * @throws SecretError: the batch fails as a whole, and is delivered again.
 */
export function apiKey<TEvent, TResult>(readKey: SecretReader): MiddlewareObj<TEvent, TResult, Error> {
  return {
    before: async () => {
      await readKey({ refresh: false });
    },
  };
}
