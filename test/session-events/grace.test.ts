/** USER_LEFT_GRACE: a user who comes back soon costs no call at all. Whole batches, against an API that is not our sandbox. */
import { afterEach, expect, test } from 'vitest';
import { MemoryError } from '../../lib/memory/errors.ts';
import { batchEnvironment, handleRecords } from '../support/batch.ts';
import { startForeignApi } from '../support/foreign-api.ts';
import { sqsRecord } from '../support/records.ts';

const GRACE_MS = 60_000;
const IP = '10.0.0.1';

let api: Awaited<ReturnType<typeof startForeignApi>>;
afterEach(() => api.stop());

/** An environment, and a session with one user. */
async function environment(hold?: () => Promise<void>) {
  api = await startForeignApi({ a: { users: [IP] } });
  const made = batchEnvironment(api.url, { graceMs: GRACE_MS });
  const register = (signal: AbortSignal) => ({ ...made.memory.register(signal), ...(hold && { hold }) });
  const created = { ...made, memory: { ...made.memory, register } };
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
    const report = await handleRecords(created, [record], 1000);
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

test('a table that does not take the note that a removal is held back changes nothing', async () => {
  const handle = await environment(() => Promise.reject(new MemoryError('the table is gone')));
  expect(await handle('user.left', Date.now() - 1000)).toMatchObject({ kind: 'waiting' });
});

test('a fault while it is noted is no outcome: the batch fails, and Lambda delivers it again', async () => {
  const handle = await environment(() => Promise.reject(new TypeError('a fault')));
  await expect(handle('user.left', Date.now() - 1000)).rejects.toThrow('a fault');
});
