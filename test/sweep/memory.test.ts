/** What a sweep stopped is remembered in the table that the functions share. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSessionsClient } from '../../lib/edgegap/client.ts';
import { openMemory } from '../../lib/memory/memory.ts';
import { readSweepConfig } from '../../lib/sweep/config.ts';
import { createSweep } from '../../lib/sweep/sweep.ts';
import { type MemoryTable, startMemoryTable, TABLE } from '../support/memory-table.ts';
import { staleSession, startOddApi } from './odd-api.ts';

let table: MemoryTable;
beforeAll(async () => {
  table = await startMemoryTable();
});
afterAll(async () => {
  await table.stop();
});

const memory = () => openMemory({ table: TABLE, days: 15 }, table.aws);

async function sweepOf(...ids: string[]) {
  const api = await startOddApi(ids.map((id) => staleSession(id)));
  const limits = { rate: 1000, concurrency: 4 };
  const client = createSessionsClient({ baseUrl: api.url, apiKey: () => 'key', timeoutMs: 5000, ...limits });
  const config = readSweepConfig({ SWEEP_MODE: 'stop' });
  const sweep = createSweep({ ...config, ...limits, client, bulkStopChunk: 500, shared: memory() });
  const report = await sweep({ deadline: Date.now() + 5000 });
  await api.stop();
  return report;
}

test('every environment knows that the session is deleted, and by which rule', async () => {
  expect((await sweepOf('a', 'b')).stopped.toSorted()).toEqual(['a', 'b']);
  const why = await memory().why('b', AbortSignal.timeout(5000));
  expect(why).toMatchObject({ by: 'empty', event: 'stale-sessions' });
});

test('a table that does not answer keeps nothing from being stopped, and the report says why', async () => {
  table.fail(() => ({ kind: 'answer', status: 400, body: { __type: 'AccessDeniedException' } }));
  const report = await sweepOf('c');
  table.reset();
  expect(report.stopped).toEqual(['c']);
  expect(report.memoryFailure).toMatch(/AccessDenied/);
});
