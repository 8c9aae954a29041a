/** Secrets: the value of a variable itself, or what it refers to in SSM or Secrets Manager. */
import * as v from 'valibot';
import { awsRequest } from './aws.ts';
import type { AwsConfig } from './environment.ts';
import { parseJson } from './json.ts';
import { registerSecret } from './mask.ts';
import { readAs } from './schema.ts';

/** Returns the secret. `refresh` reads it again: it may have been rotated. */
export type SecretReader = (options: { refresh: boolean }) => Promise<string>;

/** A secret that could not be read. The message names the variable and the reference, never a secret. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}

/** Where a secret comes from. */
export interface SecretSource {
  /** The variable that holds it, for messages. */
  variable: string;
  /** The secret, or `ssm:/path/name`, or `secretsmanager:name-or-arn` (a string, or JSON with `api_key`). */
  value: string;
  /** Read when a reference is fetched: Lambda changes its credentials while an environment lives. */
  aws: () => AwsConfig;
  /** Takes the secret out of the text that is stored. @default the text, or the member `api_key` of JSON */
  extract?: (stored: string) => string;
}

const CACHED_MS = 5 * 60 * 1000;
/** A thousand refused calls must not read the secret a thousand times. */
const FRESH_MS = 10_000;
/** While AWS fails, a thousand calls must not wait for it a thousand times. */
const FAILED_MS = 5000;
/** In all, retries included: a cold start waits for the key. */
const READ_WITHIN_MS = 5000;

const SERVICES = {
  ssm: {
    target: 'AmazonSSM.GetParameter',
    body: (name: string) => ({ Name: name, WithDecryption: true }),
    answer: v.pipe(
      v.object({ Parameter: v.object({ Value: v.string() }) }),
      v.transform(({ Parameter }) => Parameter.Value),
    ),
  },
  secretsmanager: {
    target: 'secretsmanager.GetSecretValue',
    body: (name: string) => ({ SecretId: name }),
    answer: v.pipe(
      v.object({ SecretString: v.string() }),
      v.transform(({ SecretString }) => SecretString),
    ),
  },
} as const;

/**
 * A reader of a secret, which registers what it reads to be masked. A reference is fetched once and cached for 5
 * minutes; `refresh` fetches it again, unless that was done in the last 10 seconds. While AWS fails, what was read
 * before stays in use, and the next attempt is made after 5 seconds.
 * @throws SecretError (the reader) when there is no value.
 */
export function createSecretReader(source: SecretSource, now: () => number = Date.now): SecretReader {
  const reference = /^(ssm|secretsmanager):(.+)$/.exec(source.value);
  if (reference === null) {
    registerSecret(source.value);
    return async () => source.value;
  }
  const service = reference[1] === 'ssm' ? 'ssm' : 'secretsmanager';
  const name = reference[2] ?? '';
  const { extract = secretOf } = source;
  let cached: { secret: string; readAt: number } | undefined;
  let failed: { error: SecretError; at: number } | undefined;
  let reading: Promise<string> | undefined;

  async function read(): Promise<string> {
    try {
      const secret = extract(await fetchSecret(service, name, source));
      registerSecret(secret);
      cached = { secret, readAt: now() };
      return secret;
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown error';
      const reason = `${source.variable} refers to ${source.value}, which could not be read: ${why}`;
      failed = { error: new SecretError(reason), at: now() };
      return lastKnown(failed.error);
    } finally {
      reading = undefined;
    }
  }

  function lastKnown(error: SecretError): string {
    if (cached === undefined) throw error;
    return cached.secret;
  }

  return async ({ refresh }) => {
    if (cached !== undefined && now() - cached.readAt < (refresh ? FRESH_MS : CACHED_MS))
      return cached.secret;
    if (failed !== undefined && now() - failed.at < FAILED_MS) return lastKnown(failed.error);
    reading ??= read();
    return await reading;
  };
}

async function fetchSecret(
  service: keyof typeof SERVICES,
  name: string,
  source: SecretSource,
): Promise<string> {
  const { target, body, answer } = SERVICES[service];
  const json = await awsRequest({
    service,
    target,
    version: '1.1',
    body: body(name),
    aws: source.aws,
    deadlineMs: Date.now() + READ_WITHIN_MS,
  });
  const secret = readAs<string>(answer, json);
  if (secret === undefined) throw new Error('AWS answered without a secret string.');
  return secret;
}

/** A string, or JSON with `api_key`, as Secrets Manager's console makes it. */
function secretOf(text: string): string {
  const secret = text.trimStart().startsWith('{')
    ? readAs(v.object({ api_key: v.string() }), parseJson(text))?.api_key
    : text;
  if (secret === undefined) throw new Error('it is JSON without the member api_key.');
  if (!/^[\x20-\x7e]+$/.test(secret.trim()))
    throw new Error('it is empty, or contains characters that a key cannot have.');
  return secret.trim();
}
