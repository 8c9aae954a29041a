/** Lists of secrets: what is valid is used, what is not is logged once, and little is read. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTokenCheck, parseSigningSecrets, parseTokens, secretList } from '../../lib/hook/secrets.ts';
import type { SecretReader } from '../../lib/runtime/secrets.ts';
import { SecretError } from '../../lib/runtime/secrets.ts';
import { OTHER_SECRET, SECRET, TOKEN } from '../support/hook.ts';

const keyOf = (secret: string) => Buffer.from(secret.slice('whsec_'.length), 'base64');
let lines: string[] = [];
beforeEach(() => {
  lines = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A reader that counts how often it is asked. */
function counting(...texts: string[]): SecretReader & { reads: { refresh: boolean }[] } {
  const reads: { refresh: boolean }[] = [];
  const read: SecretReader = async (options) => {
    reads.push(options);
    return texts[Math.min(reads.length, texts.length) - 1] ?? '';
  };
  return Object.assign(read, { reads });
}

describe('signing secrets', () => {
  test.each<[string, string, string[]]>([
    ['one', SECRET, [SECRET]],
    ['two', `${SECRET},${OTHER_SECRET}`, [SECRET, OTHER_SECRET]],
    ['a comma at the end', `${SECRET}, `, [SECRET]],
    ['a comma at the start', `,${SECRET}`, [SECRET]],
    ['a malformed one of two', `whsec_short,${SECRET}`, [SECRET]],
    ['a named one', JSON.stringify({ game: SECRET }), [SECRET]],
    ['JSON as the console of Secrets Manager makes it', JSON.stringify({ api_key: SECRET }), [SECRET]],
    ['a malformed named one of two', JSON.stringify({ a: { secret: 'x' }, b: { secret: SECRET } }), [SECRET]],
    ['a named one in a wrong form', JSON.stringify({ a: 7, b: SECRET }), [SECRET]],
    ['nothing', '', []],
    ['JSON that is cut off', `{"game":"${SECRET}"`, []],
    ['a list in JSON', JSON.stringify([SECRET]), []],
  ])('%s', (_, text, expected) => {
    expect(parseSigningSecrets(text).valid.map(({ key }) => key)).toEqual(expected.map(keyOf));
  });

  test('a name and its types bind the secret', () => {
    const text = JSON.stringify({
      game: { secret: SECRET, types: ['match.ended'] },
      all: { secret: OTHER_SECRET, types: null },
    });
    expect(parseSigningSecrets(text).valid).toEqual([
      { key: keyOf(SECRET), name: 'game', types: new Set(['match.ended']) },
      { key: keyOf(OTHER_SECRET), name: 'all' },
    ]);
  });

  test('a type that does not exist is a problem, and allows nothing', () => {
    const { valid, problems } = parseSigningSecrets(
      JSON.stringify({ game: { secret: SECRET, types: ['match.end'] } }),
    );
    expect(valid).toHaveLength(1);
    expect(valid[0]?.types?.has('match.ended')).toBe(false);
    expect(problems).toEqual(['game: "match.end" is not an event type']);
  });

  test('a problem says which secret, and never shows it', () => {
    expect(parseSigningSecrets(`${SECRET},hunter2`).problems).toEqual([
      'secret 2 is not whsec_ and the base64 of 24 bytes or more',
    ]);
    expect(parseSigningSecrets('{"game":{"secret":"hunter2"}}').problems.join()).not.toContain('hunter2');
  });
});

describe('a list', () => {
  test('logs what it leaves out once, however often it is read', async () => {
    const list = secretList('HOOK_SIGNING_SECRET', [counting(`${SECRET},hunter2`)], parseSigningSecrets);
    for (let times = 0; times < 5; times += 1) expect(await list({ refresh: false })).toHaveLength(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('"variable":"HOOK_SIGNING_SECRET"');
    expect(lines[0]).not.toContain('hunter2');
  });

  test('logs again when the secret has changed', async () => {
    const list = secretList(
      'HOOK_SIGNING_SECRET',
      [counting(`${SECRET},one`, `${SECRET},two`)],
      parseSigningSecrets,
    );
    await list({ refresh: false });
    await list({ refresh: true });
    expect(lines).toHaveLength(2);
  });

  test('joins what several readers return', async () => {
    const list = secretList('X', [counting(SECRET), counting(OTHER_SECRET)], parseSigningSecrets);
    expect((await list({ refresh: false })).map(({ key }) => key)).toEqual([
      keyOf(SECRET),
      keyOf(OTHER_SECRET),
    ]);
  });

  test('without a valid secret is an error that names the variable', async () => {
    const list = secretList('HOOK_SIGNING_SECRET', [counting('hunter2')], parseSigningSecrets);
    await expect(list({ refresh: false })).rejects.toThrow(SecretError);
    await expect(list({ refresh: false })).rejects.toThrow('HOOK_SIGNING_SECRET');
  });
});

describe('a token', () => {
  const check = (...texts: string[]) => {
    const reader = counting(...texts);
    return { reader, isToken: createTokenCheck(secretList('HOOK_EDGEGAP_TOKEN', [reader], parseTokens)) };
  };

  test('is right, or is not', async () => {
    const { isToken } = check(`${TOKEN},another-token-of-the-tests`);
    expect(await isToken(TOKEN)).toBe(true);
    expect(await isToken('another-token-of-the-tests')).toBe(true);
    expect(await isToken(`${TOKEN}x`)).toBe(false);
  });

  test('that cannot be one costs no read', async () => {
    const { isToken, reader } = check(TOKEN);
    for (const given of [undefined, '', 'short', 'x'.repeat(129), `${TOKEN} `, 'ümläute-und-mehr-davon'])
      expect(await isToken(given)).toBe(false);
    expect(reader.reads).toEqual([]);
  });

  test('that was rotated is right after one more read', async () => {
    const { isToken, reader } = check('the-old-token-of-the-tests', TOKEN);
    expect(await isToken(TOKEN)).toBe(true);
    expect(reader.reads).toEqual([{ refresh: false }, { refresh: true }]);
  });

  test('of fewer than 16 characters is refused where it is stored', async () => {
    const { isToken } = check('short');
    await expect(isToken('short-but-long-enough')).rejects.toThrow(SecretError);
  });

  test('is never right where none is configured', async () => {
    expect(await createTokenCheck(undefined)(TOKEN)).toBe(false);
  });
});
