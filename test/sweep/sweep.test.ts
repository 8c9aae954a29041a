import { afterEach, describe, expect, test } from 'vitest';
import { createSessionsClient } from '../../lib/edgegap/client.ts';
import { readSweepConfig } from '../../lib/sweep/config.ts';
import { createSweep } from '../../lib/sweep/sweep.ts';
import type { FaultInput, NewSession, Sandbox } from '../../local/sandbox/index.ts';
import { startSandbox } from '../../local/sandbox/index.ts';

const HOUR = 3_600_000;
const running: Sandbox[] = [];

afterEach(async () => {
  for (const sandbox of running.splice(0)) await sandbox.stop();
});

/** A sandbox with live sessions and stale ones among them, and a sweep over it. */
async function world({
  live = 40,
  stale = 20,
  kind = false,
  env = {},
}: {
  live?: number;
  stale?: number;
  kind?: boolean;
  env?: Record<string, string>;
}) {
  const sandbox = await startSandbox({ rate: Number.POSITIVE_INFINITY, kind });
  running.push(sandbox);
  const every = Math.max(1, Math.floor(live / Math.max(1, stale)));
  const population: NewSession[] = [];
  let left = stale;
  for (let index = 0; index < live; index += 1) {
    population.push({ session_id: `live${index}`, deployment_request_id: 'dep', users: ['192.0.2.1'] });
    if (index % every === 0 && left > 0) population.push(staleSession(--left));
  }
  sandbox.store.add(population);
  const client = createSessionsClient({
    baseUrl: sandbox.url,
    apiKey: () => 'sandbox-key',
    rate: 100_000,
    concurrency: 8,
    timeoutMs: 5000,
  });
  const sweep = createSweep({ ...readSweepConfig(env), client, concurrency: 8, bulkStopChunk: 500 });
  const staleIds = Array.from({ length: stale }, (_, index) => `stale${index}`).sort();
  return { sandbox, sweep, staleIds, stopped: () => sandbox.store.deletedIds().sort() };
}

function staleSession(index: number): NewSession {
  const kinds: NewSession[] = [
    { deployment_request_id: 'dep', users: [] },
    { status: 'Status.SEEKING', users: [] },
    { status: 'Status.ERROR', users: [] },
  ];
  return { ...kinds[index % 3], session_id: `stale${index}`, created_at: Date.now() - (index + 1) * HOUR };
}

describe('a sweep', () => {
  test('10,000 sessions of which 300 are stale: every stale one and no other, in 100 pages + 300 × 2 + 3 calls', async () => {
    const { sandbox, sweep, staleIds, stopped } = await world({
      live: 9700,
      stale: 300,
      // It counts the pages: each must say whether there is a next.
      kind: true,
    });
    const report = await sweep();
    expect(stopped()).toEqual(staleIds);
    expect([...report.stopped].sort()).toEqual(staleIds);
    expect(report).toMatchObject({
      listed: 10_000,
      candidates: 300,
      keptUnknown: 0,
      complete: true,
      problems: [],
    });
    expect(sandbox.requests().length).toBeLessThanOrEqual(100 + 300 * 2 + 3);
  });

  test('a user who joins between the listing and the stop keeps the session', async () => {
    const { sandbox, sweep, staleIds, stopped } = await world({});
    const report = await sweep({
      onProgress: (step) => {
        if (step === 'look') sandbox.store.addUsers('stale3', ['192.0.2.9']);
      },
    });
    expect(stopped()).toEqual(staleIds.filter((id) => id !== 'stale3'));
    expect(report.rows.find(({ listed }) => listed.session_id === 'stale3')?.verdict.stop).toBe(false);
  });

  test('more stale sessions than SWEEP_MAX_STOPS: none is stopped', async () => {
    const { sweep, stopped } = await world({ env: { SWEEP_MAX_STOPS: '19' } });
    expect(await sweep()).toMatchObject({ guardTripped: true, stopped: [], candidates: 20 });
    expect(stopped()).toEqual([]);
  });

  test('SWEEP_MODE=report never stops anything', async () => {
    const { sandbox, sweep, stopped } = await world({ env: { SWEEP_MODE: 'report' } });
    const report = await sweep();
    expect(report.rows.filter(({ verdict }) => verdict.stop)).toHaveLength(20);
    expect(stopped()).toEqual([]);
    expect(sandbox.requests().some(({ operation }) => operation === 'sessionsBulkStop')).toBe(false);
  });

  test('a protected deployment keeps its sessions', async () => {
    const { sweep, staleIds, stopped } = await world({ env: { SWEEP_PROTECT: 'deployment:de*' } });
    await sweep();
    expect(stopped()).toEqual(staleIds.filter((id) => Number(id.slice(5)) % 3 !== 0));
  });

  test('when its time is over it stops nothing more, and the next run goes on', async () => {
    const { sweep, staleIds, stopped } = await world({});
    expect(await sweep({ deadline: Date.now() })).toMatchObject({ complete: false, stopped: [] });
    expect(await sweep({ deadline: Date.now() + 60_000 })).toMatchObject({ complete: true });
    expect(stopped()).toEqual(staleIds);
  });

  const faults: FaultInput[] = [
    { throttle: 0.3, retryAfterSeconds: 0 },
    { serverError: 0.3 },
    { reset: 0.3 },
    { lostAnswer: 0.3 },
    { notJson: 0.3 },
    { partialProcessable: 0.5 },
    { refuse: ['stale4'], operations: ['sessionsBulkStop'] },
    { rejectKey: true, operations: ['getSession'] },
    { routesMissing: true, operations: ['getSession', 'sessionsBulkStop'] },
  ];
  test.each(faults)('with %j no live session is stopped, and the next run stops the rest', async (fault) => {
    const { sandbox, sweep, staleIds, stopped } = await world({ live: 15, stale: 6 });
    sandbox.faults.set(fault);
    await sweep().catch((error: unknown) => expect(error).toMatchObject({ name: 'SessionsApiError' }));
    expect(staleIds).toEqual(expect.arrayContaining(stopped()));
    sandbox.faults.clear();
    await sweep();
    expect(stopped()).toEqual(staleIds);
  });

  test('one session that the API refuses to stop does not keep the others', async () => {
    const { sandbox, sweep, staleIds, stopped } = await world({});
    sandbox.faults.set({ refuse: ['stale4'], operations: ['sessionsBulkStop'] });
    expect((await sweep()).problems).toMatchObject([{ code: 'REFUSED', count: 1 }]);
    expect(stopped()).toEqual(staleIds.filter((id) => id !== 'stale4'));
  });
});
