/** Where secrets come from: the value of the variable itself. */

/** Gives the secret; `refresh` reads it anew where it can have changed. */
export type SecretReader = (options: { refresh: boolean }) => Promise<string>;

/** A reader of the secret that a variable holds. */
export function createSecretReader(value: string): SecretReader {
  return async () => value;
}
