/**
 * The secrets of this environment, so that no text shows one: an API may repeat a request's header in its
 * message, and a person may set one variable to the value of another. Whoever reads a secret registers it;
 * whoever writes a text masks it.
 */

/** More than the secrets of a function, each rotated a few times. The oldest is forgotten first. */
const MOST_SECRETS = 50;
/** A shorter text would be found by chance. */
const SHORTEST = 6;
const NOT_SECRET = /^(ssm|secretsmanager|https?):/i;

const secrets = new Set<string>();
/** Every form of every secret, the longest first: one may contain another. */
let forms: readonly string[] = [];

/**
 * Registers a secret: as it is, without the prefix `token `, and each part of a comma-separated list. A
 * reference to a secret (`ssm:…`, `secretsmanager:…`) is not a secret, nor is a URL: a person may have
 * swapped two variables.
 */
export function registerSecret(value: string): void {
  const parts = [value, ...value.split(',')].map((part) => part.trim().replace(/^token\s+/i, ''));
  const added = parts.filter(
    (part) => part.length >= SHORTEST && !NOT_SECRET.test(part) && !secrets.has(part),
  );
  if (added.length === 0) return;
  for (const part of added) secrets.add(part);
  for (const oldest of [...secrets].slice(0, -MOST_SECRETS)) secrets.delete(oldest);
  forms = [...secrets].flatMap(formsOf).sort((one, other) => other.length - one.length);
}

/** The text with `***` for every registered secret: as it is, URL-encoded, and in base64. */
export function mask(text: string): string {
  return forms.reduce((masked, form) => masked.replaceAll(form, '***'), text);
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = [bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
  return [...new Set([secret, encodeURIComponent(secret.toWellFormed()), ...base64])];
}
