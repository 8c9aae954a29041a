import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { expect, test, vi } from 'vitest';
import { seedPopulation, startSandbox } from '../../local/sandbox/index.ts';

const METRICS = [
  'SweepListed',
  'SweepCandidates',
  'SweepStopped',
  'SweepKeptUnknown',
  'SweepGuardTripped',
  'SweepDuration',
];

test('the built function sweeps the evening of the local stage, tells it in one line and writes its metrics', async () => {
  const sandbox = await startSandbox({ rate: Number.POSITIVE_INFINITY });
  seedPopulation(sandbox.store);
  const worker = new Worker(new URL('../support/lambda-worker.ts', import.meta.url), {
    env: {
      SESSIONS_API_KEY: 'sandbox-key',
      SESSIONS_API_URL: sandbox.url,
      API_RATE: '1000',
      SWEEP_MAX_AGE: '24h',
    },
    workerData: { bundle: new URL('../../dist/functions/stale-sessions.mjs', import.meta.url).href },
    stdout: true,
    stderr: true,
  });
  const logs: string[] = [];
  const reading = createInterface({ input: worker.stdout }).on('line', (line) => logs.push(line));
  await once(worker, 'message');
  worker.postMessage({ id: 1, event: {}, timeoutMs: 60_000 });
  const [answer] = await once(worker, 'message');
  const deleted = sandbox.store.deletedIds();
  // What a worker writes arrives after its answer.
  await vi.waitFor(() => expect(logs.join('\n')).toContain('SweepListed'));
  await worker.terminate();
  reading.close();
  await sandbox.stop();

  expect(answer).toMatchObject({ response: { mode: 'stop', guardTripped: false, complete: true } });
  expect(deleted).toEqual(expect.arrayContaining(['empty1-s', 'empty2-s', 'old1-s']));
  expect(deleted).not.toContain('abc123-s');
  const lines = logs.map((line): unknown => JSON.parse(line));
  expect(lines).toContainEqual(expect.objectContaining({ message: 'sweep', stopped: deleted.length }));
  for (const metric of METRICS) expect(logs.join('\n')).toContain(metric);
});
