/** The API key as the client holds it: read once, and again when the API refuses it. */

/** Where the key comes from; `refresh` asks for a fresh one. */
export type ReadKey = (options: { refresh: boolean }) => string | Promise<string>;

/** The `authorization` header, kept for all calls. */
export interface KeyHolder {
  /** The header's value: `token KEY`. */
  header(): Promise<string>;
  /** Reads the key again, once for all calls that were refused with `refused`. */
  renew(refused: string): Promise<void>;
}

/** Holds the key of a client. Users store it with and without the word `token`: both are taken. */
export function holdKey(readKey: ReadKey): KeyHolder {
  let held: string | undefined;
  let renewing: Promise<void> | undefined;

  async function read(refresh: boolean): Promise<void> {
    const key = await readKey({ refresh });
    held = `token ${key.trim().replace(/^token\s+/i, '')}`;
  }

  return {
    async header() {
      await renewing;
      if (held === undefined) await read(false);
      return held ?? '';
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
