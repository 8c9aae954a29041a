/** The built function in an environment of its own, as Lambda runs it. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Sandbox, seedPopulation, startSandbox } from '../../local/sandbox/index.ts';
import { LOCAL_SWEEP } from '../../local-addresses.ts';

const METRICS = [
  'SweepListed',
  'SweepCandidates',
  'SweepStopped',
  'SweepKeptUnknown',
  'SweepGuardTripped',
  'SweepDuration',
  'SweepDeploymentsListed',
  'SweepDeploymentsStale',
  'SweepDeploymentsStopped',
  'SweepDeploymentsKeptUnknown',
  'SweepDeploymentsGuardTripped',
  'SweepDeploymentHours',
];

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ rate: Number.POSITIVE_INFINITY, kind: true });
});
afterEach(async () => {
  await sandbox.stop();
});

/** Invokes the function once. Returns its answer and what it logged. */
async function invoke(env: Record<string, string>, limits: Worker['resourceLimits'] = {}) {
  const worker = new Worker(new URL('../support/lambda-worker.ts', import.meta.url), {
    env: { SESSIONS_API_KEY: 'sandbox-key', SESSIONS_API_URL: sandbox.url, API_RATE: '1000', ...env },
    workerData: { bundle: new URL('../../dist/functions/stale-sessions.mjs', import.meta.url).href },
    stdout: true,
    stderr: true,
    resourceLimits: limits,
  });
  const logs: string[] = [];
  const reading = createInterface({ input: worker.stdout }).on('line', (line) => logs.push(line));
  await once(worker, 'message');
  worker.postMessage({ id: 1, event: {}, timeoutMs: 60_000 });
  const [answer] = await once(worker, 'message');
  // What a worker writes arrives after its answer.
  await vi.waitFor(() => expect(logs.join('\n')).toMatch(/SweepListed|invocation failed/));
  await worker.terminate();
  reading.close();
  return { answer, logs };
}

test('sweeps the evening of the local stage, logs it in one line and writes its metrics', async () => {
  seedPopulation(sandbox.store);
  const { answer, logs } = await invoke(LOCAL_SWEEP);
  expect(answer).toMatchObject({ response: { mode: 'stop', guardTripped: false, complete: true } });
  expect(sandbox.store.deletedIds().sort()).toEqual([
    'empty1-s',
    'empty2-s',
    'error1-s',
    'old1-s',
    'unlinked1-s',
  ]);
  const lines = logs.map((line): unknown => JSON.parse(line));
  expect(lines).toContainEqual(expect.objectContaining({ message: 'sweep', listed: 43, stopped: 5 }));
  const audited = lines.filter((line) => JSON.stringify(line).includes('"message":"audit"'));
  expect(audited).toContainEqual(
    expect.objectContaining({
      ...{ operation: 'deploymentStop', outcome: 'done', targets: ['c0653765de3b'], by: ['max-age'] },
      requestId: expect.any(String),
    }),
  );
  expect(audited).toContainEqual(
    expect.objectContaining({
      ...{ operation: 'sessionsBulkStop', outcome: 'done', status: 200, events: [] },
      targets: expect.arrayContaining(['empty1-s', 'empty2-s', 'error1-s', 'old1-s', 'unlinked1-s']),
      by: expect.arrayContaining(['empty', 'error', 'max-age', 'unlinked']),
      requestId: expect.any(String),
    }),
  );
  expect(audited).toHaveLength(2);
  const deployments = { mode: 'stop', listed: 10, stale: 1, stopped: 1, hours: 31, cost: 3.72 };
  expect(answer).toMatchObject({ response: { deployments } });
  expect(sandbox.store.deployments.isStopped('c0653765de3b')).toBe(true);
  expect(lines).toContainEqual(expect.objectContaining({ message: 'deployment sweep', ...deployments }));
  for (const metric of METRICS) expect(logs.join('\n')).toContain(metric);
});

test('by default it only reports, and logs what it would stop', async () => {
  seedPopulation(sandbox.store);
  const { answer, logs } = await invoke({ SWEEP_MAX_AGE: '24h' });
  expect(answer).toMatchObject({ response: { mode: 'report', stopped: 0, complete: true } });
  expect(sandbox.store.deletedIds()).toEqual([]);
  const lines = logs.map((line): unknown => JSON.parse(line));
  const old = expect.objectContaining({ session: 'old1-s', rule: 'max-age' });
  const report = { message: 'sweep report', stale: expect.arrayContaining([old]) };
  expect(lines).toContainEqual(expect.objectContaining(report));
});

test('an account without session operations: its deployments are swept all the same', async () => {
  seedPopulation(sandbox.store);
  sandbox.faults.set({ operations: ['listSessions'], routesMissing: 1 });
  const { answer } = await invoke(LOCAL_SWEEP);
  expect(answer).not.toHaveProperty('response');
  expect(sandbox.store.deployments.isStopped('c0653765de3b')).toBe(true);
  expect(sandbox.store.deletedIds()).toEqual([]);
});

test('a guard that trips is logged with what is stale, and counted', async () => {
  seedPopulation(sandbox.store);
  const { answer, logs } = await invoke({ ...LOCAL_SWEEP, SWEEP_MAX_STOPS: '4' });
  expect(answer).toMatchObject({ response: { guardTripped: true, stopped: 0 } });
  expect(sandbox.store.deletedIds()).toEqual([]);
  const lines = logs.map((line): unknown => JSON.parse(line));
  expect(lines).toContainEqual(expect.objectContaining({ level: 'ERROR', stale: expect.any(Array) }));
  expect(lines).toContainEqual(expect.objectContaining({ SweepGuardTripped: 1 }));
});

test('10,000 sessions, 300 of them stale, fit into a heap of 64 MB with all that the function itself needs', async () => {
  const aged = { deployment_request_id: 'dep', created_at: Date.now() - 3_600_000 };
  sandbox.store.add(
    Array.from({ length: 10_000 }, (_, index) => ({
      ...aged,
      session_id: `s${index}`,
      users: index < 300 ? [] : ['192.0.2.1', '192.0.2.2'],
    })),
  );
  const limits = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 16 };
  const { answer } = await invoke({ SWEEP_MODE: 'stop' }, limits);
  expect(answer).toMatchObject({ response: { listed: 10_000, stopped: 300, complete: true } });
});
