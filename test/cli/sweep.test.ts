/** `npm run sweep` as a person uses it: the real program against the local stage's sandbox. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Sandbox, seedPopulation, startSandbox } from '../../local/sandbox/index.ts';
import { runTool } from '../support/cli.ts';

const STALE = ['empty1-s', 'empty2-s', 'error1-s', 'old1-s', 'unlinked1-s'];
let sandbox: Sandbox;

beforeEach(async () => {
  // Kind: the tables show every member, in one spelling.
  sandbox = await startSandbox({ rate: Number.POSITIVE_INFINITY, kind: true });
  seedPopulation(sandbox.store);
});
afterEach(async () => {
  await sandbox.stop();
});

async function cli(args: string[], variables: Record<string, string> = {}) {
  const local = { LOCAL_SANDBOX_PORT: new URL(sandbox.url).port, API_RATE: '1000' };
  return await runTool('sweep', args, { ...local, ...variables });
}

const stopped = (): string[] => sandbox.store.deletedIds().sort();

test('with no option it reports what is stale and by which rule, and stops nothing', async () => {
  const { code, out } = await cli([]);
  expect(out).toMatch(/^SESSION +DEPLOYMENT +USERS +AGE +RULE +VERDICT$/m);
  expect(out).toMatch(/^old1-s +2c9a7d10e4f8 +1 +1d 2h +max-age +stop$/m);
  expect(out).toMatch(/^empty1-s +a417b3905dce +0 +47m \d+s +empty +stop$/m);
  expect(out).toMatch(/^unlinked1-s +- +0 +33m \d+s +unlinked +stop$/m);
  expect(out).toMatch(/^error1-s +- +0 +21m \d+s +error +stop$/m);
  expect(out).not.toContain('abc123-s');
  expect(out).not.toContain('lobby');
  expect(out).toContain(`43 sessions at ${sandbox.url}: 5 stale. --stop stops them.`);
  expect(code).toBe(0);
  expect(stopped()).toEqual([]);
});

test('--stop without a terminal asks nobody and stops nothing; with --yes it stops what is stale and no other', async () => {
  const asked = await cli(['--stop']);
  expect(asked.err).toContain(`Stop 5 sessions at ${sandbox.url}? There is nobody to ask here: add --yes.`);
  expect(asked.code).toBe(2);
  expect(stopped()).toEqual([]);

  const { code, out } = await cli(['--stop', '--yes']);
  expect(out).toContain('stopped 5.');
  expect(code).toBe(0);
  expect(stopped()).toEqual(STALE);
});

test('thresholds and protection are options', async () => {
  const { out } = await cli(['--empty-after', '1h', '--max-age', 'off', '--protect', 'session:error1-s']);
  expect(out).toMatch(/^empty1-s .* young +keep$/m);
  expect(out).not.toContain('old1-s');
  expect(out).not.toContain('error1-s');
});

test('--json tells the same to a program', async () => {
  const report: unknown = JSON.parse((await cli(['--json'])).out);
  expect(report).toMatchObject({ mode: 'report', listed: 43, stopped: 0, guardTripped: false });
  expect(report).toHaveProperty(
    'sessions',
    expect.arrayContaining([
      expect.objectContaining({ session_id: 'old1-s', users: 1, rule: 'max-age', verdict: 'stop' }),
    ]),
  );
});

test('the guard holds for a person, too', async () => {
  const { code, err } = await cli(['--stop', '--yes', '--max-stops', '4']);
  expect(err).toContain('More are stale than --max-stops allows: none was stopped.');
  expect(code).toBe(1);
  expect(stopped()).toEqual([]);
});

test.each([
  ['--empty-after', '15x'],
  ['--unlinked-after', ''],
  ['--protect', 'lobby'],
  ['--max-stops', '0'],
])('%s "%s" names the option and the accepted form', async (option, value) => {
  const { code, err } = await cli([option, value]);
  expect(err).toContain(`${option} is "${value}". It may be `);
  expect(code).toBe(2);
});

test('with a key it talks to the API that is named, and says when the key is refused', async () => {
  const { code, err } = await cli([], { SESSIONS_API_KEY: 'wrong-key', SESSIONS_API_URL: sandbox.url });
  expect(err).toContain('listSessions');
  expect(err).not.toContain('wrong-key');
  expect(code).toBe(1);
});

test('without a stage it says so', async () => {
  await sandbox.stop();
  const { code, err } = await cli([]);
  expect(err).toContain('Is the local stage running (npm start)?');
  expect(code).toBe(1);
  sandbox = await startSandbox();
});
