/**
 * Who sent a request: Standard Webhooks signatures, and the token in the path of the platform's webhooks.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { SecretReader } from '../runtime/secrets.ts';
import { SecretError } from '../runtime/secrets.ts';
import { isSigningSecret } from './config.ts';
import type { HookRequest } from './request.ts';

/** What is known of a request that is signed well. */
export interface Signed {
  /** The body, which is valid UTF-8. */
  text: string;
  /** When it was signed, epoch milliseconds. */
  timestampMs: number;
}

/** Gives undefined for a request that is not signed well, whatever is wrong with it. */
export type Verify = (request: Pick<HookRequest, 'headers' | 'body'>) => Promise<Signed | undefined>;

/** Stricter than the package: headers that came twice are joined with commas, and must not pass. */
const HEADERS = {
  'webhook-id': /^[\x21-\x2b\x2d-\x7e]{1,256}$/,
  'webhook-timestamp': /^\d{1,12}$/,
  'webhook-signature': /^v\d+[a-z]*,[A-Za-z0-9+/]+={0,2}( v\d+[a-z]*,[A-Za-z0-9+/]+={0,2}){0,9}$/,
} as const;

/**
 * A verifier. A signature that no secret made is tried once more with the secrets read anew: they may have been rotated.
 * @param readers of `HOOK_SIGNING_SECRET`: a secret may itself hold two, comma-separated.
 * @throws (from the verifier) SecretError when there is no secret to verify with.
 */
export function createVerifier(readers: readonly SecretReader[]): Verify {
  const readSecrets = async (refresh: boolean): Promise<string[]> => {
    const secrets = await Promise.all(readers.map((read) => read({ refresh })));
    return secrets.flatMap((secret) => secret.split(',')).map((secret) => secret.trim());
  };
  return async ({ headers, body }) => {
    const text = textOf(body);
    const claim = text === undefined ? undefined : claimOf(headers);
    if (text === undefined || claim === undefined) return undefined;
    const secrets = await readSecrets(false);
    const signed = { text, timestampMs: Number(claim['webhook-timestamp']) * 1000 };
    if (secrets.some((secret) => isSigned(secret, claim, text))) return signed;
    const fresh = (await readSecrets(true)).filter((secret) => !secrets.includes(secret));
    return fresh.some((secret) => isSigned(secret, claim, text)) ? signed : undefined;
  };
}

/** Compares a token in constant time, whatever its length. */
export function isToken(given: string | undefined, token: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given ?? ''), hash(token));
}

/** The text of bytes; undefined when they are no UTF-8. A byte order mark stays: it was signed, too. */
export function textOf(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

function claimOf(headers: HookRequest['headers']): Record<keyof typeof HEADERS, string> | undefined {
  const value = (name: keyof typeof HEADERS): string | undefined => {
    const text = headers[name];
    return text !== undefined && HEADERS[name].test(text) ? text : undefined;
  };
  const [id, timestamp, signature] = [
    value('webhook-id'),
    value('webhook-timestamp'),
    value('webhook-signature'),
  ];
  if (id === undefined || timestamp === undefined || signature === undefined) return undefined;
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
}

function isSigned(secret: string, claim: Record<string, string>, text: string): boolean {
  if (!isSigningSecret(secret))
    throw new SecretError('HOOK_SIGNING_SECRET refers to what is no signing secret: whsec_ and base64.');
  try {
    new Webhook(secret).verify(text, claim, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}
