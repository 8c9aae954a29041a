/** `npm run sweep -- --deployments` as a person uses it: the real program against the sandbox and a real table. */
import { afterAll, beforeAll, beforeEach, describe, expect, type TestContext, test, vi } from 'vitest';
import { openMemory } from '../../lib/memory/memory.ts';
import { runTool, startPopulated } from '../support/cli.ts';
import { type MemoryTable, startMemoryTable, TABLE } from '../support/memory-table.ts';

/** The seed's only one that is older than 30 hours and not protected. */
const OLD = 'c0653765de3b';
/** Of the seed, without sessions, and younger. */
const LEFT = '61b1be8f54d9';

let table: MemoryTable;
beforeAll(async () => {
  table = await startMemoryTable();
});
afterAll(() => table.stop());
beforeEach(() => table.reset());

const { signal } = new AbortController();
const openTestMemory = () => openMemory({ table: TABLE, days: 15 }, table.aws);

/** A world that variables name: it has the table, and no rule but those of the options. */
async function start(context: TestContext, more: Record<string, string> = {}) {
  const { sandbox } = await startPopulated(context);
  const env = {
    API_RATE: '1000',
    SESSIONS_API_KEY: 'sandbox-key',
    SESSIONS_API_URL: sandbox.url,
    MEMORY_TABLE: TABLE,
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    ...more,
  };
  return {
    sandbox,
    cli: (...args: string[]) => runTool('sweep', ['--deployments', ...args], env),
    isStopped: (id: string) => sandbox.store.deployments.isStopped(id),
  };
}

describe('too old', () => {
  const MAX_AGE = ['--max-age', '30h', '--protect', 'app:arena-lobby'];

  test('is reported with its rule and its money, what is protected is kept, and nothing is stopped or written', async (context) => {
    const { cli, sandbox, isStopped } = await start(context);
    const { code, out, err } = await cli(...MAX_AGE, '--price-per-hour', '0.12');
    expect(out).toMatch(/^DEPLOYMENT +APP +SESSIONS +AGE +RULE +VERDICT$/m);
    expect(out).toMatch(new RegExp(`^${OLD} +arena +0 +1d 7h +max-age +stop$`, 'm'));
    expect(out).toMatch(/^9be4410c7ad2 +arena-lobby +0 +3d 0h +protected +keep$/m);
    expect(out).toContain(`10 deployments at ${sandbox.url}: 1 stale. --stop stops them.`);
    expect(out).toContain(
      'The stale ones have run for 31 hours, which cost 3.72. Without them, each hour costs 0.12 less.',
    );
    expect(err).toBe(`Target: ${sandbox.url}\n`);
    expect(code).toBe(0);
    expect(isStopped(OLD)).toBe(false);
    expect(table.requests.filter((operation) => operation !== 'BatchGetItem')).toEqual([]);
  });

  test('--stop asks with the count; with --yes it stops that one, and the memory says why', async (context) => {
    const { cli, sandbox, isStopped } = await start(context);
    const asked = await cli(...MAX_AGE, '--stop');
    expect(asked.err).toContain(
      `Stop 1 deployment at ${sandbox.url}? No terminal to confirm on: pass --yes.`,
    );
    expect(asked.code).toBe(2);
    expect(isStopped(OLD)).toBe(false);

    const { code, out } = await cli(...MAX_AGE, '--stop', '--yes');
    expect(out).toContain('stopped 1.');
    expect(code).toBe(0);
    expect([OLD, LEFT, '9be4410c7ad2'].map(isStopped)).toEqual([true, false, false]);
    const { deployments } = await openTestMemory().recall({ sessionIds: [], deploymentIds: [OLD] }, signal);
    expect(deployments.get(OLD)?.stopped).toMatchObject({ by: 'max-age', event: 'npm run sweep' });
  });

  test('the guard holds for the tool, too', async (context) => {
    const { cli, isStopped } = await start(context);
    const { code, err } = await cli('--max-age', '30h', '--max-stops', '1', '--stop', '--yes');
    expect(err).toContain('More are stale than --max-stops allows: none was stopped.');
    expect(code).toBe(1);
    expect(isStopped(OLD)).toBe(false);
  });

  test('--json prints the report for a program', async (context) => {
    const { cli } = await start(context);
    const { out } = await cli(...MAX_AGE, '--json');
    expect(JSON.parse(out)).toMatchObject({
      ...{ mode: 'report', listed: 10, stale: 1, stopped: 0, hours: 31 },
      deployments: expect.arrayContaining([
        { request_id: OLD, app: 'arena', sessions: 0, hours: 31, rule: 'max-age', verdict: 'stop' },
      ]),
    });
  });
});

describe('empty', () => {
  test('one that had sessions is named, and needs an earlier look: it is not stopped', async (context) => {
    await openTestMemory().rememberSessionsOn([LEFT], signal);
    const { cli, isStopped } = await start(context);
    const { code, out } = await cli('--empty-after', '1s', '--stop', '--yes');
    expect(out).toContain(
      '1 deployment had sessions and has none: the rule empty needs an earlier look of the function stale-sessions, long enough ago.',
    );
    expect(code).toBe(0);
    expect(isStopped(LEFT)).toBe(false);
  });

  test('one that the function saw empty long enough ago is stopped: this is the second look', async (context) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    context.onTestFinished(() => {
      vi.useRealTimers();
    });
    vi.setSystemTime(Date.now() - 30 * 60_000);
    await openTestMemory().rememberSessionsOn([LEFT], signal);
    vi.setSystemTime(Date.now() + 10 * 60_000);
    await openTestMemory().rememberEmpty([LEFT], Date.now(), signal);
    vi.useRealTimers();
    const { cli, isStopped } = await start(context);
    const young = await cli('--empty-after', '25m', '--stop', '--yes');
    expect(young.out).toContain('stopped 0.');
    const { code, out } = await cli('--stop', '--yes');
    expect(out).toContain('stopped 1.');
    expect(code).toBe(0);
    expect(isStopped(LEFT)).toBe(true);
  });

  test('without a table, it says that none counts as empty', async (context) => {
    const { cli } = await start(context, { MEMORY_TABLE: '' });
    const { code, out } = await cli();
    expect(out).toContain(
      'No deployment counts as empty, because no MEMORY_TABLE says which ones had sessions.',
    );
    expect(code).toBe(0);
  });

  test('a table that does not answer is a problem, and the other rules hold', async (context) => {
    const { cli } = await start(context, { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' });
    const { code, out, err } = await cli('--max-age', '30h', '--protect', 'app:arena-lobby');
    expect(out).toMatch(new RegExp(`^${OLD} .* stop$`, 'm'));
    expect(err).toContain('The memory did not answer: ');
    expect(code).toBe(1);
  });
});

test('on the local stage, it goes by the rules of the stage', async (context) => {
  const { env, sandbox } = await startPopulated(context);
  const { out, err } = await runTool('sweep', ['--deployments'], { ...env, LOCAL_DYNAMODB_PORT: '1' });
  expect(out).toMatch(new RegExp(`^${OLD} .* max-age +stop$`, 'm'));
  expect(out).toContain('which cost 3.72.');
  expect(err).toContain(`Target: local stage, ${sandbox.url}\n`);
});

test.for([
  [['--deployments', '--unlinked-after', '1m'], '--unlinked-after is about sessions'],
  [['--price-per-hour', '1'], '--price-per-hour cannot be used without --deployments.'],
  [['--deployments', '--price-per-hour', 'x'], '--price-per-hour has the invalid value "x". Expected '],
  [['--deployments', '--max-age', '1x'], '--max-age has the invalid value "1x". Expected '],
] as const)('%s is refused', async ([args, problem]) => {
  const { code, err } = await runTool('sweep', args, {});
  expect(err).toContain(problem);
  expect(err).not.toContain('SWEEP_');
  expect(code).toBe(2);
});
