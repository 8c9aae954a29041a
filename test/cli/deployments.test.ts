/** `npm run deployments` as a person uses it: the real program against the sandbox of the local stage. */
import { describe, expect, type TestContext, test } from 'vitest';
import { openMemory } from '../../lib/memory/memory.ts';
import { runTool, startPopulated } from '../support/cli.ts';
import { startMemoryTable, TABLE } from '../support/memory-table.ts';

async function start(context: Pick<TestContext, 'onTestFinished'>) {
  const { sandbox, env } = await startPopulated(context);
  return { sandbox, cli: (...args: string[]) => runTool('deployments', args, env) };
}

describe.concurrent('looking', () => {
  test('list shows every deployment, the oldest first', async (context) => {
    const { cli, sandbox } = await start(context);
    const { out, err, code } = await cli('list');
    const lines = out.trim().split('\n');
    expect(lines[0]).toMatch(/^DEPLOYMENT +READY +AGE +SESSIONS +TAGS$/);
    expect(lines[1]).toMatch(/^9be4410c7ad2 +yes +3d 0h +- +lobby$/);
    expect(out).toMatch(/^f68e01cbc63b +yes +\d+m \d+s +10 +ranked, eu-west, season-7$/m);
    expect(lines.at(-1)).toBe(`10 deployments at ${sandbox.url}.`);
    expect(err).toBe(`Target: local stage, ${sandbox.url}\n`);
    expect(code).toBe(0);
  });

  test('list takes a status and tags', async (context) => {
    const { cli } = await start(context);
    const { out } = await cli('list', '--status', 'error', '--json');
    expect(JSON.parse(out)).toMatchObject([{ request_id: 'e81d26b0935f' }]);
    const tagged = JSON.parse((await cli('list', '--tag', 'lobby', '--tag', 'matchmaker', '--json')).out);
    expect(tagged).toMatchObject([{ request_id: '9be4410c7ad2' }, { request_id: '0f3a9c55d817' }]);
  });

  test('get shows one', async (context) => {
    const { cli } = await start(context);
    const { out } = await cli('get', 'e81d26b0935f');
    expect(out).toMatch(/^status +Status\.ERROR$/m);
    expect(out).toMatch(/^app +arena 1\.0\.0$/m);
    expect(out).toMatch(/^ready since +\S+ \S+ \(52m \d+s ago\)$/m);
    expect(out).toMatch(/^error +The container exited before it was ready\.$/m);
    const { err, code } = await cli('get', 'nobody');
    expect(err).toContain('There is no deployment nobody');
    expect(code).toBe(1);
  });
});

describe.concurrent('stopping', () => {
  test('one by its id', async (context) => {
    const { cli, sandbox } = await start(context);
    const { out } = await cli('stop', '61b1be8f54d9', '--yes');
    expect(out).toBe('61b1be8f54d9 - Delete request will be processed soon\n');
    expect(sandbox.store.deployments.isStopped('61b1be8f54d9')).toBe(true);
  });

  test('several; what the answer leaves out is named', async (context) => {
    const { cli, sandbox } = await start(context);
    const { out, err, code } = await cli('stop', '61b1be8f54d9', 'c0653765de3b', 'nobody', '--yes');
    expect(out).toBe('Stopped 2 deployments.\n61b1be8f54d9\nc0653765de3b\n');
    expect(err).toContain('nobody is not in the answer');
    expect(code).toBe(1);
    expect(sandbox.store.deployments.isStopped('c0653765de3b')).toBe(true);
  });

  test('by tags, of which all must match', async (context) => {
    const { cli, sandbox } = await start(context);
    const { out } = await cli('stop', '--tag', 'ranked', '--tag', 'eu-west', '--match', 'all', '--yes');
    expect(out).toMatch(/^Stopped 2 deployments\.$/m);
    const running = sandbox.store.deployments.running().map(({ tags }) => tags);
    expect(running.some((tags) => tags.includes('ranked') && tags.includes('eu-west'))).toBe(false);
    expect(running.some((tags) => tags.includes('eu-west'))).toBe(true);
  });

  test.for<[string[], string]>([
    [['stop', '61b1be8f54d9', 'nobody'], 'Stop 1 deployment with request_id any of 61b1be8f54d9, nobody at'],
    [['stop', '--tag', 'ranked'], 'Stop 3 deployments with deployment_tags any of ranked at'],
  ])('%j says how many and asks; without a terminal it stops nothing', async ([args, question], context) => {
    const { cli, sandbox } = await start(context);
    const { code, err } = await cli(...args);
    expect(err).toContain(question);
    expect(err).toContain('? No terminal to confirm on: pass --yes.');
    expect(code).toBe(2);
    expect(sandbox.store.deployments.running()).toHaveLength(10);
  });

  test.for<[string[]]>([[['stop', '--yes']], [['stop', 'a', '--tag', 'b', '--yes']]])(
    '%j could stop everything, or means two things: nothing is sent',
    async ([args], context) => {
      const { cli, sandbox } = await start(context);
      const { err, code } = await cli(...args);
      expect(err).toContain('stop needs either ids or --tag.');
      expect(code).toBe(2);
      expect(sandbox.requests()).toEqual([]);
    },
  );
});

test('why says who stopped a deployment', async ({ onTestFinished }) => {
  const memoryTable = await startMemoryTable();
  onTestFinished(() => memoryTable.stop());
  const { signal } = new AbortController();
  const memory = openMemory({ table: TABLE, days: 15 }, memoryTable.aws);
  const ended = { deploymentId: 'd1', by: 'deployment.finished', event: 'e7' };
  expect(await memory.rememberStopped([ended], signal)).toBeUndefined();
  const env = {
    MEMORY_TABLE: TABLE,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: memoryTable.url,
  };
  const { out } = await runTool('deployments', ['why', 'd1'], env);
  expect(out).toMatch(
    /^Deployment d1 was stopped at \S+ \(\ds ago\), because of deployment\.finished: e7\.$/m,
  );
  expect((await runTool('deployments', ['why', 'd2'], env)).out).toContain('Deployment d2 was never stopped');
});
