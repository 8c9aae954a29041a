/** The API key as the client holds it: read once, and again when the API refuses it. */
import { registerSecret } from '../runtime/mask.ts';

/** Where the key comes from; `refresh` asks for a fresh one. */
export type ReadKey = (options: { refresh: boolean }) => string | Promise<string>;

/** The key could not be read: nothing was sent. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

/** The `authorization` header, kept for all calls. Both methods reject with a KeyError. */
export interface KeyHolder {
  /** The header's value: `token KEY`. */
  header(): Promise<string>;
  /** Reads the key again, once for all calls that were refused with the header `refused`. */
  renew(refused: string | null): Promise<void>;
}

/** Holds the key of a client. Users store it with and without the word `token`: both are accepted. */
export function holdKey(readKey: ReadKey): KeyHolder {
  let held: string | undefined;
  let renewing: Promise<string> | undefined;

  async function read(refresh: boolean): Promise<string> {
    try {
      const key = (await readKey({ refresh })).trim().replace(/^token\s+/i, '');
      registerSecret(key);
      held = `token ${key}`;
      return held;
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown error';
      throw new KeyError(`the API key could not be read: ${why}`);
    }
  }

  return {
    async header() {
      await renewing;
      return held ?? (await read(false));
    },
    async renew(refused) {
      if (held !== refused) return;
      renewing ??= read(true).finally(() => {
        renewing = undefined;
      });
      await renewing;
    },
  };
}
