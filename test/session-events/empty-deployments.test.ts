/**
 * A deployment that stays without users is stopped: reports come in any order, to any environment, and the latest one
 * with users counts. Whole batches of two environments with one memory, against an API that is not our sandbox.
 */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openMemory } from '../../lib/memory/memory.ts';
import { batchEnvironment, handleRecords } from '../support/batch.ts';
import { startForeignApi } from '../support/foreign-api.ts';
import { type MemoryTable, startMemoryTable, TABLE } from '../support/memory-table.ts';
import { sqsRecord } from '../support/records.ts';

const WAIT_MS = 300_000;

let memoryTable: MemoryTable;
let api: Awaited<ReturnType<typeof startForeignApi>>;
let next = 0;
beforeAll(async () => {
  memoryTable = await startMemoryTable();
});
afterAll(() => memoryTable.stop());
beforeEach(async () => {
  vi.spyOn(console, 'log').mockReturnValue();
  api = await startForeignApi({});
});
afterEach(async () => {
  memoryTable.reset();
  await api.stop();
});

/** A deployment that runs. */
function deployment(): string {
  next += 1;
  const id = `deployment-${next}`;
  api.deployments.add(id);
  return id;
}

function environment({ isShared = true } = {}) {
  const created = batchEnvironment(api.url);
  const shared = openMemory({ table: TABLE, days: 15 }, memoryTable.aws);
  const own = isShared ? { ...created, memory: shared, isShared } : created;
  return async (...reports: { id: string; users: number; atMs: number; wait?: boolean }[]) => {
    const records = reports.map(({ id, users, atMs, wait = users === 0 }) => {
      const data = {
        deployment_request_id: id,
        user_count: users,
        ...(wait && { stop_after_seconds: WAIT_MS / 1000 }),
      };
      const attributes = { SentTimestamp: String(atMs) };
      return sqsRecord({ type: 'deployment.users', data }, `${id} ${users} ${atMs}`, attributes);
    });
    return (await handleRecords(own, records, 2000)).outcomes;
  };
}

const minutesAgo = (minutes: number): number => Date.now() - minutes * 60_000;

describe('a deployment without users', () => {
  test('waits in the queue until its time is over', async () => {
    const [id, handle] = [deployment(), environment()];
    const [held] = await handle({ id, users: 0, atMs: minutesAgo(2) });
    expect(held).toMatchObject({ kind: 'waiting' });
    expect(held?.waitMs).toBeGreaterThan(WAIT_MS - 121_000);
    expect(held?.waitMs).toBeLessThanOrEqual(WAIT_MS - 120_000);
    expect(api.deployments.has(id)).toBe(true);
  });

  test('is stopped by the event that is due', async () => {
    const [id, handle] = [deployment(), environment()];
    expect(await handle({ id, users: 0, atMs: minutesAgo(6) })).toMatchObject([{ kind: 'done' }]);
    expect(api.deployments.has(id)).toBe(false);
    expect(api.operations()[0]).toBe('deploymentStop');
  });

  test('is not stopped where users came meanwhile, in another environment', async () => {
    const id = deployment();
    expect(await environment()({ id, users: 3, atMs: minutesAgo(5) })).toMatchObject([{ kind: 'done' }]);
    expect(await environment()({ id, users: 0, atMs: minutesAgo(6) })).toMatchObject([{ kind: 'absorbed' }]);
    expect(api.deployments.has(id)).toBe(true);
  });

  test('is stopped in time, however often it is reported empty meanwhile', async () => {
    const [id, handle] = [deployment(), environment()];
    const first = { id, users: 0, atMs: minutesAgo(6) };
    const repeats = [4, 3, 2, 1].map((minutes) => ({ id, users: 0, atMs: minutesAgo(minutes) }));
    for (const repeat of repeats) expect(await handle(repeat)).toMatchObject([{ kind: 'waiting' }]);
    const silent = { id, users: 0, atMs: minutesAgo(0), wait: false };
    expect((await handle(silent, repeats[0] ?? first, first)).map(({ kind }) => kind)).toEqual([
      'absorbed',
      'waiting',
      'done',
    ]);
    expect(api.deployments.has(id)).toBe(false);
  });

  test('is stopped where users came and went before, whatever the order of delivery', async () => {
    const [id, handle] = [deployment(), environment()];
    const empty = { id, users: 0, atMs: minutesAgo(6) };
    expect(await handle({ id, users: 0, atMs: minutesAgo(4) })).toMatchObject([{ kind: 'waiting' }]);
    expect(await handle({ id, users: 2, atMs: minutesAgo(5.5) }, empty)).toMatchObject([
      { kind: 'done' },
      { kind: 'absorbed' },
    ]);
    expect(api.deployments.has(id)).toBe(true);
    expect(await handle({ id, users: 0, atMs: minutesAgo(5.2) })).toMatchObject([{ kind: 'done' }]);
    expect(api.deployments.has(id)).toBe(false);
  });

  test('is never stopped by a report without a time', async () => {
    const [id, handle] = [deployment(), environment()];
    const report = { id, users: 0, atMs: minutesAgo(60), wait: false };
    expect(await handle(report)).toMatchObject([{ kind: 'absorbed' }]);
    expect(api.deployments.has(id)).toBe(true);
  });
});

describe('what is not known stops nothing', () => {
  test('the memory does not answer: the report comes back', async () => {
    const [id, handle] = [deployment(), environment()];
    memoryTable.fail(() => ({ kind: 'answer', status: 400, body: { __type: 'AccessDeniedException' } }));
    expect(await handle({ id, users: 0, atMs: minutesAgo(6) })).toMatchObject([
      { kind: 'retry', code: 'MEMORY_UNAVAILABLE' },
    ]);
    expect(api.deployments.has(id)).toBe(true);
  });

  test('an environment that remembers alone may not know of users: the report comes back', async () => {
    const [id, handle] = [deployment(), environment({ isShared: false })];
    expect(await handle({ id, users: 0, atMs: minutesAgo(6) })).toMatchObject([
      { kind: 'retry', code: 'MEMORY_UNAVAILABLE' },
    ]);
    expect(api.deployments.has(id)).toBe(true);
  });
});

test('reports in any order, in batches of two environments: stopped exactly where it was empty since one that is due', async () => {
  const report = fc.record({ minutes: fc.integer({ min: 1, max: 20 }), users: fc.constantFrom(0, 0, 1) });
  const reports = fc.uniqueArray(report, { minLength: 1, maxLength: 6, selector: ({ minutes }) => minutes });
  const batches = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(reports, batches, batches, async (all, inFirst, split) => {
      const [id, environments] = [deployment(), [environment(), environment()]];
      const now = Date.now();
      const sent = all.map(({ minutes, users }) => ({ id, users, atMs: now - minutes * 60_000 }));
      const lastUsedMs = Math.max(0, ...sent.filter(({ users }) => users > 0).map(({ atMs }) => atMs));
      // An empty report that is due may come before a later one: then it stops what nobody said is used.
      const inOrder = sent.toSorted((one, other) => one.atMs - other.atMs);
      const wasDue = inOrder.some(({ users, atMs }) => users === 0 && now - atMs >= WAIT_MS);
      const chunks = split[0] ? [sent] : sent.map((one) => [one]);
      for (const [index, chunk] of chunks.entries()) await environments[inFirst[index] ? 0 : 1]?.(...chunk);
      await environments[0]?.(...sent);
      const isDue = sent.some(({ users, atMs }) => users === 0 && now - atMs >= WAIT_MS && atMs > lastUsedMs);
      if (isDue) expect(api.deployments.has(id)).toBe(false);
      if (!wasDue || (split[0] && !isDue)) expect(api.deployments.has(id)).toBe(true);
    }),
    { numRuns: 60 },
  );
}, 60_000);
