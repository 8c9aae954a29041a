/** The sweep of deployments over real HTTP, run after run, on the sandbox's clock and its memory's table. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSessionsClient } from '../../lib/edgegap/client.ts';
import { openMemory } from '../../lib/memory/memory.ts';
import { readDeploymentSweepConfig } from '../../lib/sweep/config.ts';
import type { DeploymentClient } from '../../lib/sweep/deployment-pass.ts';
import type { DeploymentSweep } from '../../lib/sweep/deployment-sweep.ts';
import { createDeploymentSweep } from '../../lib/sweep/deployment-sweep.ts';
import { deploymentSweepLine, staleOf } from '../../lib/sweep/deployment-telemetry.ts';
import { type NewDeployment, type Sandbox, startSandbox } from '../../local/sandbox/index.ts';
import { type MemoryTable, startMemoryTable, TABLE } from '../support/memory-table.ts';

const MINUTE = 60_000;
const STOP = { SWEEP_DEPLOYMENTS: 'stop' };
const MAX_AGE = { ...STOP, SWEEP_DEPLOYMENT_MAX_AGE: '24h' };

let sandbox: Sandbox;
let memoryTable: MemoryTable;
beforeAll(async () => {
  memoryTable = await startMemoryTable();
});
afterAll(() => memoryTable.stop());
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.spyOn(console, 'log').mockReturnValue();
  sandbox = await startSandbox({ rate: Number.POSITIVE_INFINITY, kind: true });
});
afterEach(async () => {
  vi.useRealTimers();
  memoryTable.reset();
  await sandbox.stop();
});

/** An environment of the sweep. `around` changes its client. */
function sweepWith(
  env: Record<string, string>,
  around: (client: DeploymentClient) => DeploymentClient = (client) => client,
): () => ReturnType<DeploymentSweep> {
  const { url: baseUrl } = sandbox;
  const limits = { rate: 1000, concurrency: 4 };
  const client = createSessionsClient({ baseUrl, apiKey: () => 'sandbox-key', timeoutMs: 5000, ...limits });
  const sweep = createDeploymentSweep({
    ...readDeploymentSweepConfig(env),
    ...limits,
    client: around(client),
    memory: openMemory({ table: TABLE, days: 15 }, memoryTable.aws),
    bulkStopChunk: 500,
  });
  return () => sweep({ signal: new AbortController().signal, deadline: Date.now() + 30_000 });
}

let last = 0;
/** Adds deployments under ids of their own: the table keeps what earlier tests wrote. */
function add(minutes: number, more: NewDeployment = {}, count = 1): string[] {
  const ids = Array.from({ length: count }, (_, index) => `d${last + index}`);
  last += count;
  const created_at = Date.now() - minutes * MINUTE;
  sandbox.store.deployments.add(
    ids.map((request_id) => ({ request_id, session_based: true, created_at, ...more })),
  );
  return ids;
}
const link = (deployment: string, session_id = `s-${deployment}`) =>
  sandbox.store.add([{ session_id, deployment_request_id: deployment }]);
const later = (minutes: number) => vi.setSystemTime(Date.now() + minutes * MINUTE);
const isRunning = (id: string) => !sandbox.store.deployments.isStopped(id);

/** A deployment that had a session when a sweep looked, and has none now. */
async function emptied(run: ReturnType<typeof sweepWith>): Promise<string> {
  const [id = ''] = add(30);
  link(id);
  await run();
  sandbox.store.delete(`s-${id}`);
  return id;
}

/** The look at hand counts as the first one: it takes another, long enough after it. */
async function needsTwoLooks(run: ReturnType<typeof sweepWith>, id: string): Promise<void> {
  expect(await run()).toMatchObject({ stopped: [], emptied: 1 });
  later(16);
  expect(await run()).toMatchObject({ stopped: [id] });
}

describe('a deployment without sessions', () => {
  test('that had some is stopped after two looks that are long enough apart', async () => {
    const [id = ''] = add(30);
    link(id);
    const run = sweepWith(STOP);
    expect(await run()).toMatchObject({ emptied: 0 });
    sandbox.store.delete(`s-${id}`);
    later(20);
    expect(await run()).toMatchObject({ stopped: [], rows: [], emptied: 1 });
    later(10);
    expect(await run()).toMatchObject({ stopped: [] });
    later(6);
    expect(await run()).toMatchObject({ stopped: [id], rows: [{ verdict: { stop: true, rule: 'empty' } }] });
    expect(isRunning(id)).toBe(false);
    const { signal } = new AbortController();
    const memory = openMemory({ table: TABLE, days: 15 }, memoryTable.aws);
    const { deployments } = await memory.recall({ sessionIds: [], deploymentIds: [id] }, signal);
    expect(deployments.get(id)?.stopped).toMatchObject({ by: 'empty', event: 'stale-sessions' });
  });

  test('that never had one is never stopped for it', async () => {
    const [id = ''] = add(30);
    const run = sweepWith(STOP);
    for (let look = 0; look < 5; look += 1) {
      expect(await run()).toMatchObject({ listed: 1, stopped: [] });
      later(60);
    }
    expect(isRunning(id)).toBe(true);
  });

  test('that had a session between two looks starts again', async () => {
    const run = sweepWith(STOP);
    const id = await emptied(run);
    await run();
    later(10);
    link(id, `again-${id}`);
    await run();
    sandbox.store.delete(`again-${id}`);
    later(10);
    await run();
    later(10);
    expect(await run()).toMatchObject({ stopped: [] });
    later(6);
    expect(await run()).toMatchObject({ stopped: [id] });
  });

  test('is stopped after the looks of two environments: each goes on where the one before ended', async () => {
    const id = await emptied(sweepWith(STOP));
    later(60);
    expect(await sweepWith(STOP)()).toMatchObject({ stopped: [], emptied: 1 });
    later(10);
    expect(await sweepWith(STOP)()).toMatchObject({ stopped: [] });
    later(6);
    expect(await sweepWith(STOP)()).toMatchObject({ stopped: [id] });
  });

  test('that had a session between the looks of two environments starts again', async () => {
    const id = await emptied(sweepWith(STOP));
    later(10);
    await sweepWith(STOP)();
    later(10);
    link(id, `again-${id}`);
    await sweepWith(STOP)();
    sandbox.store.delete(`again-${id}`);
    later(10);
    await needsTwoLooks(() => sweepWith(STOP)(), id);
  });

  test('that a look of another environment could not see starts again', async () => {
    const id = await emptied(sweepWith(STOP));
    later(10);
    await sweepWith(STOP)();
    later(10);
    sandbox.faults.set({ operations: ['listSessions'], routesMissing: 1 });
    await sweepWith(STOP)();
    sandbox.faults.set({});
    later(10);
    await needsTwoLooks(() => sweepWith(STOP)(), id);
  });

  test('that had a session which the table did not take starts again', async () => {
    const run = sweepWith(STOP);
    const id = await emptied(run);
    later(10);
    await run();
    later(10);
    link(id, `again-${id}`);
    memoryTable.fail((operation) =>
      operation === 'UpdateItem'
        ? { kind: 'answer', status: 400, body: { __type: 'AccessDeniedException' } }
        : undefined,
    );
    expect(await run()).toMatchObject({ memoryFailure: expect.stringContaining('AccessDenied') });
    memoryTable.reset();
    sandbox.store.delete(`again-${id}`);
    later(10);
    await needsTwoLooks(run, id);
  });

  test('that was seen empty more than a day ago needs two looks again', async () => {
    const id = await emptied(sweepWith(STOP));
    await sweepWith(STOP)();
    later(25 * 60);
    await needsTwoLooks(() => sweepWith(STOP)(), id);
  });

  test('that gets one between the look and the stop is kept', async () => {
    const [id = ''] = add(30);
    link(id);
    let looks = 0;
    const run = sweepWith(STOP, (client) => ({
      ...client,
      async deploymentStatus(requestId, call) {
        const status = await client.deploymentStatus(requestId, call);
        looks += 1;
        if (looks === 2) link(requestId, `late-${id}`);
        return status;
      },
    }));
    await run();
    sandbox.store.delete(`s-${id}`);
    await run();
    later(16);
    expect(await run()).toMatchObject({ stopped: [], rows: [{ verdict: { stop: false, rule: 'alive' } }] });
    expect(looks).toBe(2);
    expect(isRunning(id)).toBe(true);
  });
});

describe('what is not known stops nothing', () => {
  async function due(): Promise<{ id: string; run: ReturnType<typeof sweepWith> }> {
    const run = sweepWith(STOP);
    const id = await emptied(run);
    await run();
    later(16);
    return { id, run };
  }

  test('the session operations are not there', async () => {
    const { id, run } = await due();
    sandbox.faults.set({ operations: ['listSessions'], routesMissing: 1 });
    expect(await run()).toMatchObject({ stopped: [], problems: [] });
    expect(isRunning(id)).toBe(true);
  });

  test('a session does not show its deployment: it may be on any of them', async () => {
    const { id, run } = await due();
    sandbox.store.add([{ session_id: `hidden-${id}`, linked: true, ready: true }]);
    expect(await run()).toMatchObject({ stopped: [] });
    expect(isRunning(id)).toBe(true);
  });

  test('the memory does not answer', async () => {
    const id = await emptied(sweepWith(STOP));
    memoryTable.fail(() => ({ kind: 'answer', status: 400, body: { __type: 'AccessDeniedException' } }));
    const run = sweepWith(STOP);
    expect(await run()).toMatchObject({ memoryFailure: expect.stringContaining('AccessDenied') });
    later(60);
    expect(await run()).toMatchObject({ stopped: [] });
    expect(isRunning(id)).toBe(true);
  });

  test('answers of the description of 2026: sessions are counted by their list', async () => {
    sandbox.faults.set({ variety: { deployments2026: 1 } });
    const { id, run } = await due();
    expect(await run()).toMatchObject({ stopped: [id] });
  });
});

describe('a deployment that is too old', () => {
  test('is stopped, the others are not', async () => {
    const [old = ''] = add(25 * 60);
    const [young = ''] = add(23 * 60);
    link(old);
    expect(await sweepWith(MAX_AGE)()).toMatchObject({ listed: 2, stopped: [old] });
    expect([isRunning(old), isRunning(young)]).toEqual([false, true]);
  });

  test('is kept where it is protected by its id, a tag or its app, or where SWEEP_ONLY names others', async () => {
    const [named = ''] = add(25 * 60);
    const [tagged = ''] = add(25 * 60, { tags: ['lobby'] });
    const [ofApp = ''] = add(25 * 60, { app_name: 'matchmaker' });
    const [other = ''] = add(25 * 60);
    const protect = `deployment:${named}, tag:lobby, app:match*`;
    expect(await sweepWith({ ...MAX_AGE, SWEEP_ONLY: 'app:none' })()).toMatchObject({ stopped: [] });
    expect(await sweepWith({ ...MAX_AGE, SWEEP_PROTECT: protect })()).toMatchObject({ stopped: [other] });
    expect([named, tagged, ofApp].map(isRunning)).toEqual([true, true, true]);
  });

  test('many are stopped by bulk, what the answer leaves out by name, the oldest first', async () => {
    const ids = add(25 * 60, {}, 40);
    sandbox.faults.set({ operations: ['deploymentsBulkStop'], notProcessable: 0.3 });
    const { stopped } = await sweepWith(MAX_AGE)();
    expect(stopped.toSorted()).toEqual(ids.toSorted());
    expect(ids.some(isRunning)).toBe(false);
  });

  test('is only reported in the mode report, with the hours and the money that it costs', async () => {
    const [id = ''] = add(30 * 60);
    const report = await sweepWith({
      ...MAX_AGE,
      SWEEP_DEPLOYMENTS: 'report',
      SWEEP_PRICE_PER_HOUR: '0.15',
    })();
    expect(report.stopped).toEqual([]);
    expect(deploymentSweepLine(report)).toMatchObject({ stale: 1, hours: 30, cost: 4.5, costPerHour: 0.15 });
    expect(staleOf(report)).toEqual([
      { deployment: id, app: 'arena', rule: 'max-age', hours: 30, cost: 4.5 },
    ]);
    expect(isRunning(id)).toBe(true);
  });
});

describe('the guard', () => {
  test('more than SWEEP_DEPLOYMENT_MAX_STOPS: none is stopped', async () => {
    const ids = add(25 * 60, {}, 6);
    const env = { ...MAX_AGE, SWEEP_DEPLOYMENT_MAX_STOPS: '5' };
    expect(await sweepWith(env)()).toMatchObject({ guardTripped: true, stopped: [] });
    expect(ids.every(isRunning)).toBe(true);
  });

  test('stops count for an hour', async () => {
    add(25 * 60, {}, 4);
    const run = sweepWith({ ...MAX_AGE, SWEEP_DEPLOYMENT_MAX_STOPS: '5' });
    expect((await run()).stopped).toHaveLength(4);
    add(25 * 60, {}, 2);
    later(10);
    expect(await run()).toMatchObject({ guardTripped: true, stopped: [], stoppedBefore: 4 });
    later(51);
    expect((await run()).stopped).toHaveLength(2);
  });
});

test('against answers in all their variety, nothing that should run is stopped, and in the end all that should not is', async () => {
  await sandbox.stop();
  sandbox = await startSandbox({ rate: Number.POSITIVE_INFINITY });
  const old = add(25 * 60, {}, 20);
  const used = add(60, {}, 10);
  for (const id of used) link(id);
  const run = sweepWith(MAX_AGE);
  for (let sweep = 0; sweep < 4; sweep += 1) {
    await run();
    expect(used.every(isRunning)).toBe(true);
    later(16);
  }
  expect(old.some(isRunning)).toBe(false);
});
