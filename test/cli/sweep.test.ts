/** `npm run sweep` as a person uses it: the real program against the sandbox of the local stage. */
import { expect, type TestContext, test } from 'vitest';
import { runTool, startPopulated } from '../support/cli.ts';

const STALE = ['empty1-s', 'empty2-s', 'error1-s', 'old1-s', 'unlinked1-s'];

async function start(context: TestContext) {
  const { sandbox, env } = await startPopulated(context);
  return {
    sandbox,
    cli: (...args: string[]) => runTool('sweep', args, env),
    stopped: (): string[] => sandbox.store.deletedIds().sort(),
  };
}

test.concurrent('with no option it reports what is stale and by which rule, and stops nothing', async (context) => {
  const { cli, sandbox, stopped } = await start(context);
  const { code, out, err } = await cli();
  expect(out).toMatch(/^SESSION +DEPLOYMENT +USERS +AGE +RULE +VERDICT$/m);
  expect(out).toMatch(/^old1-s +2c9a7d10e4f8 +1 +1d 2h +max-age +stop$/m);
  expect(out).toMatch(/^empty1-s +a417b3905dce +0 +47m \d+s +empty +stop$/m);
  expect(out).toMatch(/^unlinked1-s +- +0 +33m \d+s +unlinked +stop$/m);
  expect(out).toMatch(/^error1-s +- +0 +21m \d+s +error +stop$/m);
  expect(out).not.toContain('abc123-s');
  expect(out).not.toContain('lobby');
  expect(out).toContain(`43 sessions at ${sandbox.url}: 5 stale. --stop stops them.`);
  expect(err).toBe(`Target: local stage, ${sandbox.url}\n`);
  expect(code).toBe(0);
  expect(stopped()).toEqual([]);
});

test.concurrent('--stop says how many and asks; without a terminal it stops nothing, with --yes what is stale and no other', async (context) => {
  const { cli, sandbox, stopped } = await start(context);
  const asked = await cli('--stop');
  expect(asked.err).toContain(`Stop 5 sessions at ${sandbox.url}? No terminal to confirm on: pass --yes.`);
  expect(asked.code).toBe(2);
  expect(stopped()).toEqual([]);

  const { code, out } = await cli('--stop', '--yes');
  expect(out).toContain('stopped 5.');
  expect(code).toBe(0);
  expect(stopped()).toEqual(STALE);
});

test.concurrent('thresholds and protection are options', async (context) => {
  const { cli } = await start(context);
  const { out } = await cli('--empty-after', '1h', '--max-age', 'off', '--protect', 'session:error1-s');
  expect(out).toMatch(/^empty1-s .* young +keep$/m);
  expect(out).not.toContain('old1-s');
  expect(out).not.toContain('error1-s');
});

test.concurrent('--json prints the report for a program', async (context) => {
  const { cli } = await start(context);
  const report: unknown = JSON.parse((await cli('--json')).out);
  expect(report).toMatchObject({ mode: 'report', listed: 43, stopped: 0, guardTripped: false });
  expect(report).toHaveProperty(
    'sessions',
    expect.arrayContaining([
      expect.objectContaining({ session_id: 'old1-s', users: 1, rule: 'max-age', verdict: 'stop' }),
    ]),
  );
});

test.concurrent('the guard holds for the tool, too', async (context) => {
  const { cli, stopped } = await start(context);
  const { code, err } = await cli('--stop', '--yes', '--max-stops', '4');
  expect(err).toContain('More are stale than --max-stops allows: none was stopped.');
  expect(code).toBe(1);
  expect(stopped()).toEqual([]);
});

test.concurrent.for([
  ['--empty-after', '15x'],
  ['--unlinked-after', ''],
  ['--protect', 'lobby'],
  ['--max-stops', '0'],
])('%s "%s" names the option and the accepted form', async ([option = '', value = '']) => {
  const { code, err } = await runTool('sweep', [option, value], {});
  expect(err).toContain(`${option} has the invalid value "${value}". Expected `);
  expect(err).not.toContain('SWEEP_');
  expect(code).toBe(2);
});

test.concurrent('an option that would be ignored is refused', async () => {
  const { code, err } = await runTool('sweep', ['--yes'], {});
  expect(err).toContain('--yes cannot be used without --stop.');
  expect(code).toBe(2);
});

test.concurrent('with a key it works on the API that is named, and says that the key is refused', async (context) => {
  const { sandbox } = await start(context);
  const { code, err } = await runTool('sweep', [], {
    SESSIONS_API_KEY: 'wrong-key',
    SESSIONS_API_URL: sandbox.url,
  });
  expect(err).toMatch(new RegExp(`^Target: ${sandbox.url}\nlistSessions: `));
  expect(err).not.toContain('wrong-key');
  expect(code).toBe(1);
});

test.concurrent('without a stage it says so', async (context) => {
  const { cli, sandbox } = await start(context);
  await sandbox.stop();
  const { code, err } = await cli();
  expect(err).toContain('is the local stage running (npm start)?');
  expect(code).toBe(1);
});
