/** The configuration of the hook. */
import * as v from 'valibot';
import type { Environment, Variable } from '../runtime/environment.ts';
import { durationMs, queueUrl, reader } from '../runtime/environment.ts';
import { parseSigningSecrets, parseTokens } from './secrets.ts';

/** What the hook needs. A secret stands here as it is written, or as a reference to it. */
export interface HookConfig {
  /** Texts that hold signing secrets, or references to them. */
  signingSecrets: string[];
  /** What stands in the address of the platform's webhooks; undefined: they are refused. */
  edgegapToken: string | undefined;
  /** What stands in a header that Photon sends; undefined: Photon's requests must be signed. */
  photonSecret: string | undefined;
  /** How long a deployment's list of connections in Nakama stays empty until it is stopped; undefined: it is not. */
  nakamaEmptyAfterSeconds: number | undefined;
  eventsQueueUrl: string;
}

const REFERENCE = /^(ssm|secretsmanager):[^,]+$/;
const isReference = (text: string): boolean => REFERENCE.test(text);

/** Signing secrets as one text, and references; where one is not valid, the others are used. */
const signingSecrets = v.pipe(
  v.string(),
  v.transform((text): string[] => {
    const parts = text.trimStart().startsWith('{') ? [text] : text.split(',').map((part) => part.trim());
    const references = parts.filter(isReference);
    const written = parts.filter((part) => part !== '' && !isReference(part)).join(',');
    return written === '' ? references : [...references, written];
  }),
  v.check((texts) => texts.some((text) => isReference(text) || parseSigningSecrets(text).valid.length > 0)),
);

/**
 * Reads `HOOK_SIGNING_SECRET`, `HOOK_EDGEGAP_TOKEN`, `HOOK_PHOTON_SECRET`, `NAKAMA_EMPTY_AFTER` (default: off)
 * and `EVENTS_QUEUE_URL`.
 * @throws ConfigError naming every variable that is missing or wrong; never its value.
 */
export function readHookConfig(env: Environment = process.env): HookConfig {
  const read = reader(env);
  const { edgegapToken, photonSecret, emptyAfterMs, ...required } = read.finish({
    signingSecrets: read({
      name: 'HOOK_SIGNING_SECRET',
      schema: signingSecrets,
      expected:
        'whsec_ and the base64 of 24 bytes or more, several of them separated by commas, JSON that names them, or a reference (ssm:/path/name, secretsmanager:name)',
      secret: true,
    }),
    edgegapToken: read(token('HOOK_EDGEGAP_TOKEN')),
    photonSecret: read(token('HOOK_PHOTON_SECRET')),
    emptyAfterMs: read(emptyAfter),
    eventsQueueUrl: read(queueUrl('EVENTS_QUEUE_URL')),
  });
  return {
    ...required,
    edgegapToken: edgegapToken || undefined,
    photonSecret: photonSecret || undefined,
    nakamaEmptyAfterSeconds: emptyAfterMs === Number.POSITIVE_INFINITY ? undefined : emptyAfterMs / 1000,
  };
}

/** SQS keeps a message out of sight for 12 hours at most. */
const LONGEST_EMPTY_MS = 11 * 3_600_000;

const isEmptyAfter = (text: string): boolean =>
  text === 'off' || (durationMs(text) >= 1000 && durationMs(text) <= LONGEST_EMPTY_MS);

const emptyAfter: Variable<number> = {
  name: 'NAKAMA_EMPTY_AFTER',
  schema: v.pipe(
    v.string(),
    v.check(isEmptyAfter),
    v.transform((text) => (text === 'off' ? Number.POSITIVE_INFINITY : durationMs(text))),
  ),
  expected: 'a whole number with a unit, 1s to 11h, or off',
  fallback: Number.POSITIVE_INFINITY,
  emptyIsWrong: true,
};

function token(name: string): Variable<string> {
  const isOne = (text: string): boolean => isReference(text) || parseTokens(text).valid.length > 0;
  return {
    name,
    schema: v.pipe(v.string(), v.check(isOne)),
    expected:
      '16 to 128 of A-Z a-z 0-9 _ -, two of them separated by a comma, or a reference (ssm:/path/name, secretsmanager:name)',
    fallback: '',
    secret: true,
  };
}
