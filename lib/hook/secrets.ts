/** What the hook compares requests with: signing secrets and tokens, read as lists so that each can be rotated. */
import { createHash, timingSafeEqual } from 'node:crypto';
import * as v from 'valibot';
import { eventTypes } from '../../events/registry.ts';
import { parseJson } from '../runtime/json.ts';
import { logError } from '../runtime/log.ts';
import { registerSecret } from '../runtime/mask.ts';
import { readAs } from '../runtime/schema.ts';
import type { SecretReader } from '../runtime/secrets.ts';
import { SecretError } from '../runtime/secrets.ts';

/** A secret that signs requests. */
export interface SigningSecret {
  key: Buffer;
  /** Undefined: the secret has no name. */
  name?: string;
  /** The event types that it may send. Undefined: all. */
  types?: ReadonlySet<string>;
}

/** What a text holds: its valid secrets, and why others are left out. Problems never show a secret. */
export interface ParsedSecrets<T> {
  valid: T[];
  problems: string[];
}

/** Returns the valid secrets. `refresh` reads them again: they may have been rotated. */
export type SecretList<T> = (options: { refresh: boolean }) => Promise<readonly T[]>;

/** Whether a given token is the right one. */
export type TokenCheck = (given: string | undefined) => Promise<boolean>;

const SIGNING_SECRET = /^whsec_([A-Za-z0-9+/]{32,}={0,2})$/;
const TOKEN = /^[A-Za-z0-9_-]{16,128}$/;
const namedSecret = v.object({ secret: v.string(), types: v.nullish(v.array(v.string())) });

/** Whether the text is a secret as Standard Webhooks writes it: `whsec_` and the base64 of 24 bytes or more. */
export function isSigningSecret(text: string): boolean {
  return SIGNING_SECRET.test(text);
}

/**
 * Parses signing secrets: one `whsec_…` or several, comma-separated, or JSON that names them and binds them to event
 * types: `{"game-server": {"secret": "whsec_…", "types": ["match.ended"]}}`. Without `types` a secret may send all.
 */
export function parseSigningSecrets(text: string): ParsedSecrets<SigningSecret> {
  if (!text.trimStart().startsWith('{')) return parseList(text, '', {});
  const named = readAs(v.record(v.string(), v.unknown()), parseJson(text));
  if (named === undefined) return { valid: [], problems: ['it is not a JSON object'] };
  return joined(Object.entries(named).map(([name, entry]) => parseNamed(name, entry)));
}

/** Parses tokens: one or several, comma-separated. */
export function parseTokens(text: string): ParsedSecrets<string> {
  return joined(
    partsOf(text).map((part, index) =>
      TOKEN.test(part)
        ? { valid: [part], problems: [] }
        : { valid: [], problems: [`token ${index + 1} is not 16 to 128 of A-Z a-z 0-9 _ -`] },
    ),
  );
}

/**
 * Makes a list of what the readers of a variable return. What is not valid is left out, and logged once.
 * @throws SecretError (the list) when a reader fails, or when nothing is valid.
 */
export function secretList<T>(
  variable: string,
  readers: readonly SecretReader[],
  parse: (text: string) => ParsedSecrets<T>,
): SecretList<T> {
  const parsed = new Map<SecretReader, { text: string; valid: T[] }>();
  const validOf = async (read: SecretReader, refresh: boolean): Promise<T[]> => {
    const text = await read({ refresh });
    const last = parsed.get(read);
    if (last?.text === text) return last.valid;
    const { valid, problems } = parse(text);
    for (const reason of problems)
      logError('a secret is left out', { code: 'SECRET_UNAVAILABLE', variable, reason });
    parsed.set(read, { text, valid });
    return valid;
  };
  return async ({ refresh }) => {
    const lists = await Promise.all(readers.map((read) => validOf(read, refresh)));
    const all = lists.flat();
    if (all.length > 0) return all;
    throw new SecretError(`${variable} has no valid secret. The log says what is wrong with each.`);
  };
}

/**
 * Makes the check of a token. What cannot be one costs no read of the secret; one that does not fit is compared once
 * more with the tokens read anew, which happens at most every 10 seconds.
 * @param tokens undefined: no token is right.
 */
export function createTokenCheck(tokens: SecretList<string> | undefined): TokenCheck {
  return async (given) => {
    if (tokens === undefined || given === undefined || !TOKEN.test(given)) return false;
    const isOne = async (refresh: boolean): Promise<boolean> =>
      (await tokens({ refresh })).some((token) => isSame(given, token));
    return (await isOne(false)) || (await isOne(true));
  };
}

function parseNamed(name: string, entry: unknown): ParsedSecrets<SigningSecret> {
  if (typeof entry === 'string') return parseList(entry, `${name}: `, { name });
  const parsed = readAs(namedSecret, entry);
  if (parsed === undefined)
    return { valid: [], problems: [`${name}: it must have a secret, and may have a list of types`] };
  const { secret, types } = parsed;
  if (types === null || types === undefined) return parseList(secret, `${name}: `, { name });
  const unknown = types.filter((type) => !eventTypes.has(type));
  const list = parseList(secret, `${name}: `, { name, types: new Set(types) });
  const problems = unknown.map((type) => `${name}: ${JSON.stringify(type)} is not an event type`);
  return { valid: list.valid, problems: [...list.problems, ...problems] };
}

function parseList(
  text: string,
  where: string,
  members: Omit<SigningSecret, 'key'>,
): ParsedSecrets<SigningSecret> {
  return joined(
    partsOf(text).map((part, index) => {
      const [, base64] = SIGNING_SECRET.exec(part) ?? [];
      if (base64 === undefined) {
        const reason = `${where}secret ${index + 1} is not whsec_ and the base64 of 24 bytes or more`;
        return { valid: [], problems: [reason] };
      }
      registerSecret(part);
      return { valid: [{ ...members, key: Buffer.from(base64, 'base64') }], problems: [] };
    }),
  );
}

/** The parts of a comma-separated list. A comma at its end adds none. */
function partsOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function joined<T>(all: readonly ParsedSecrets<T>[]): ParsedSecrets<T> {
  return { valid: all.flatMap(({ valid }) => valid), problems: all.flatMap(({ problems }) => problems) };
}

/** Compares in constant time, whatever the lengths. */
function isSame(given: string, token: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(token));
}
