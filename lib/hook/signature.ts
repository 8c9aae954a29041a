/**
 * Signatures of Standard Webhooks, also under the older header names of Svix.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HookRequest } from './request.ts';
import type { SecretList, SigningSecret } from './secrets.ts';

/** A request whose signature was verified. */
export interface Signed {
  /** When it was signed, epoch milliseconds. */
  timestampMs: number;
  secret: SigningSecret;
}

/** Verifies the signature of a request. Returns undefined where it is not valid, whatever is wrong with it. */
export type Verify = (request: Pick<HookRequest, 'headers' | 'body'>) => Promise<Signed | undefined>;

/** What a request claims about itself, in the right form. */
interface Claim {
  id: string;
  /** Seconds, as sent. */
  timestamp: string;
  /** The signatures of version 1. */
  signatures: Buffer[];
}

const TOLERANCE_MS = 5 * 60 * 1000;
/** A header that came twice is joined with a comma, and does not match. */
const ID = /^[\x21-\x2b\x2d-\x7e]{1,256}$/;
const TIMESTAMP = /^\d{1,12}$/;
const SIGNATURES = /^v\d+[a-z]*,[A-Za-z0-9+/]+={0,2}( v\d+[a-z]*,[A-Za-z0-9+/]+={0,2}){0,9}$/;
/** 32 bytes of HMAC-SHA256. */
const VERSION_1 = /^v1,([A-Za-z0-9+/]{43}=)$/;

/**
 * Makes a verifier. A request that is not signed, or whose signature cannot be valid, costs no read of a secret. A
 * signature that no secret made is compared once more with the secrets read anew: they may have been rotated.
 * @throws SecretError (the verifier) when there is no secret to verify with.
 */
export function createVerifier(secrets: SecretList<SigningSecret>, now: () => number = Date.now): Verify {
  return async ({ headers, body }) => {
    const claim = claimOf(headers);
    if (claim === undefined) return undefined;
    const timestampMs = Number(claim.timestamp) * 1000;
    if (Math.abs(now() - timestampMs) > TOLERANCE_MS) return undefined;
    const made = async (refresh: boolean): Promise<SigningSecret | undefined> =>
      (await secrets({ refresh })).find(({ key }) => isSigned(key, claim, body));
    const secret = (await made(false)) ?? (await made(true));
    return secret && { timestampMs, secret };
  };
}

/** The id of a request, for the log: undefined where it is not in the right form. */
export function webhookId(headers: HookRequest['headers']): string | undefined {
  return [headers['webhook-id'], headers['svix-id']].find((id) => id !== undefined && ID.test(id));
}

function claimOf(headers: HookRequest['headers']): Claim | undefined {
  return claimUnder('webhook', headers) ?? claimUnder('svix', headers);
}

function claimUnder(prefix: 'webhook' | 'svix', headers: HookRequest['headers']): Claim | undefined {
  const { [`${prefix}-id`]: id = '', [`${prefix}-timestamp`]: timestamp = '' } = headers;
  const signature = headers[`${prefix}-signature`] ?? '';
  if (!ID.test(id) || !TIMESTAMP.test(timestamp) || !SIGNATURES.test(signature)) return undefined;
  const signatures = signature.split(' ').flatMap((one) => {
    const [, base64] = VERSION_1.exec(one) ?? [];
    return base64 === undefined ? [] : [Buffer.from(base64, 'base64')];
  });
  return signatures.length === 0 ? undefined : { id, timestamp, signatures };
}

function isSigned(key: Buffer, { id, timestamp, signatures }: Claim, body: Buffer): boolean {
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  return signatures.some((signature) => timingSafeEqual(signature, expected));
}
