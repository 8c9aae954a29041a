/** USER_LEFT_GRACE: a user who comes back soon costs no call at all. Whole batches, against an API that is not our sandbox. */
import { afterEach, expect, test } from 'vitest';
import { createBatchEnvironment, handleBatch } from '../../lib/session-events/batch.ts';
import { startForeignApi } from '../support/foreign-api.ts';
import { sqsRecord } from '../support/records.ts';

const GRACE_MS = 60_000;
const IP = '10.0.0.1';

let api: Awaited<ReturnType<typeof startForeignApi>>;
afterEach(() => api.stop());

/** An environment, and a session with one user. */
async function environment() {
  api = await startForeignApi({ a: { users: [IP] } });
  const limits = { apiRate: 1000, apiConcurrency: 4, apiTimeoutMs: 2000, bulkStopChunk: 500 };
  const memory = { table: undefined, days: 15 };
  const config = { apiKey: 'key', apiUrl: api.url, ...limits, graceMs: GRACE_MS, memory };
  const created = createBatchEnvironment(config, async () => 'key');
  return async (type: string, sentAtMs: number, receives = 1) => {
    const attributes = {
      SentTimestamp: String(sentAtMs),
      ApproximateFirstReceiveTimestamp: String(sentAtMs),
      ApproximateReceiveCount: String(receives),
    };
    const record = sqsRecord(
      { type, data: { session_id: 'a', ip_list: [IP] } },
      `${type} ${sentAtMs}`,
      attributes,
    );
    const { signal } = new AbortController();
    const report = await handleBatch([record], { signal, deadline: Date.now() + 1000 }, created);
    return report.outcomes[0];
  };
}

test('a user who leaves and comes back within it: no call, and the user stays', async () => {
  const handle = await environment();
  const now = Date.now();
  const [left, back] = [now - 30_000, now - 20_000];
  const held = await handle('user.left', left);
  expect(held).toMatchObject({ kind: 'waiting' });
  expect(held?.waitMs).toBeGreaterThan(GRACE_MS - 31_000);
  expect(held?.waitMs).toBeLessThanOrEqual(GRACE_MS - 30_000);
  expect(await handle('user.joined', back)).toMatchObject({ kind: 'absorbed' });
  // The removal comes back when its time is over: the later event stands.
  expect(await handle('user.left', left - GRACE_MS, 2)).toMatchObject({ kind: 'absorbed' });
  expect(api.requests).toEqual([]);
  expect(api.sessions.get('a')?.users).toEqual([IP]);
});

test('a user who does not come back is removed once it is over, by one call', async () => {
  const handle = await environment();
  const left = Date.now() - GRACE_MS;
  expect(await handle('user.left', left, 2)).toMatchObject({ kind: 'done' });
  expect(api.operations()).toEqual(['deleteUsersSession']);
  expect(api.sessions.get('a')?.users).toEqual([]);
});
