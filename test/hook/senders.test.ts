/**
 * Every documented sender signs as the hook verifies. A sender whose toolchain is not installed is skipped on a
 * developer's machine; in CI (`CI` is set) its test runs and fails.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { sign } from '../../docs/senders/send.mjs';

const text = z.string();
const vectors = z
  .array(
    z.strictObject({
      name: text,
      secret: text,
      id: text,
      timestamp: z.number(),
      body: text,
      signature: text,
    }),
  )
  .parse(
    JSON.parse(readFileSync(new URL('../../events/samples/hook/signatures.json', import.meta.url), 'utf8')),
  );
type Vector = (typeof vectors)[number];

const senders = fileURLToPath(new URL('../../docs/senders/', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'senders-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const has = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;
const hasOpenSslHeaders = has('bash', '-c', "echo '#include <openssl/hmac.h>' | g++ -E -x c++ -");
/** `test`, or `test.skip` where the sender's toolchain is missing and this is not CI. */
const testIf = (isInstalled: boolean) => test.skipIf(!isInstalled && !process.env.CI);
const argumentsOf = ({ secret, id, timestamp, body }: Vector): string[] => [secret, id, `${timestamp}`, body];
const output = (program: string, args: string[]): string =>
  execFileSync(program, args, { encoding: 'utf8' }).trim();

test('the test vectors carry the signatures of the standard', () => {
  for (const { secret, id, timestamp, body, signature } of vectors)
    expect(new Webhook(secret).sign(id, new Date(timestamp * 1000), body)).toBe(signature);
});

describe.each(vectors)('$name', (vector) => {
  test('JavaScript', () => {
    expect(sign(vector.secret, vector.id, vector.timestamp, vector.body)).toBe(vector.signature);
  });

  testIf(has('python3', '--version'))('Python', () => {
    const program =
      'import sys; from send import sign; a = sys.argv; print(sign(a[1], a[2], int(a[3]), a[4]))';
    const options = {
      encoding: 'utf8',
      cwd: senders,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    } as const;
    const out = execFileSync('python3', ['-c', program, ...argumentsOf(vector)], options);
    expect(out.trim()).toBe(vector.signature);
  });

  testIf(has('openssl', 'version'))('curl and openssl', () => {
    const program = `source "$0/send.sh"; sign "$@"`;
    expect(output('bash', ['-c', program, senders, ...argumentsOf(vector)])).toBe(vector.signature);
  });
});

describe('the shell puts the time into an event', () => {
  const timed = (event: string): unknown =>
    JSON.parse(output('bash', ['-c', 'source "$0/send.sh"; timed "$1"', senders, event]));
  const ended = { type: 'match.ended', data: { session_id: 'a' } };
  const time = '2026-01-31T20:15:00Z';
  const now = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

  testIf(has('openssl', 'version')).for<[string, unknown, unknown]>([
    ['that has none', ended, { ...ended, time: now }],
    ['not where it has one', { ...ended, time }, { ...ended, time }],
    ['not into an array', [ended], [ended]],
  ])('%s', ([, event, expected]) => {
    expect(timed(JSON.stringify(event))).toEqual(expected);
  });
});

testIf(has('go', 'version'))(
  'Go',
  () => {
    const file = join(scratch, 'send_test.go');
    writeFileSync(join(scratch, 'send.go'), readFileSync(join(senders, 'send.go')));
    writeFileSync(join(scratch, 'go.mod'), 'module senders\n\ngo 1.21\n');
    const checks = vectors.map(
      ({ secret, id, timestamp, body, signature }) =>
        `if s, _ := Sign(${[secret, id].map((one) => JSON.stringify(one)).join(', ')}, ${timestamp}, []byte(${JSON.stringify(body)})); s != "${signature}" { t.Fatal(s) }`,
    );
    writeFileSync(
      file,
      `package main\n\nimport "testing"\n\nfunc TestSign(t *testing.T) {\n${checks.join('\n')}\n}\n`,
    );
    execFileSync('go', ['test', './...'], { cwd: scratch });
  },
  120_000,
);

testIf(hasOpenSslHeaders)(
  'C++, as the Unreal sender signs',
  () => {
    const main = join(scratch, 'main.cpp');
    const program = join(scratch, 'sign');
    writeFileSync(
      main,
      '#include <iostream>\n#include "SessionHooksSignature.h"\nint main(int, char** a) { std::cout << SessionHooks::Sign(a[1], a[2], std::stoll(a[3]), a[4]); }\n',
    );
    execFileSync('g++', [
      '-std=c++17',
      '-Wall',
      '-Wno-deprecated-declarations',
      '-I',
      senders,
      main,
      '-o',
      program,
      '-lcrypto',
    ]);
    for (const vector of vectors) expect(output(program, argumentsOf(vector))).toBe(vector.signature);
  },
  120_000,
);

testIf(has('mcs', '--version') && has('mono', '--version'))('C#', () => {
  const main = join(scratch, 'Main.cs');
  const program = join(scratch, 'sign.exe');
  writeFileSync(
    main,
    'public static class Program { public static void Main(string[] a) { System.Console.Write(SessionHooks.Sign(a[0], a[1], long.Parse(a[2]), a[3])); } }\n',
  );
  const source = join(senders, 'SessionHooks.cs');
  execFileSync('mcs', ['-r:System.Net.Http.dll', `-out:${program}`, main, source]);
  for (const vector of vectors)
    expect(output('mono', [program, ...argumentsOf(vector)])).toBe(vector.signature);
});
