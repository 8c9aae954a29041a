/** Nothing is stopped on an old look: a user may have joined meanwhile. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../local/sandbox/index.ts';
import { sweepOver, type TimedCall } from './support.ts';

const HOUR = 3_240_000;
let sandbox: Sandbox;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  sandbox = await startSandbox({ rate: Number.POSITIVE_INFINITY, kind: true });
  sandbox.store.add(
    Array.from({ length: 24 }, (_, index) => ({
      session_id: `s${index}`,
      deployment_request_id: 'dep',
      users: [],
      created_at: Date.now() - HOUR - index,
    })),
  );
});
afterEach(async () => {
  vi.useRealTimers();
  await sandbox.stop();
});

/** How old the last look at each session was when the bulk stop that names it was sent, in milliseconds. */
function agesOfLooks(calls: readonly TimedCall[]): number[] {
  const stops = calls.filter(({ operation }) => operation === 'sessionsBulkStop');
  return stops.flatMap((stop) =>
    stop.ids.map((id) => {
      const looks = calls.filter(({ operation, ids }) => operation === 'getSession' && ids[0] === id);
      const before = looks.map(({ endedMs }) => endedMs).filter((ms) => ms <= stop.startedMs);
      return stop.startedMs - Math.max(...before);
    }),
  );
}

const looksAt = (calls: readonly TimedCall[], id: string): TimedCall[] =>
  calls.filter(({ operation, ids }) => operation === 'getSession' && ids[0] === id);

test.each([
  ['at 2 calls a second', 2, 500],
  ['at 1000 calls a second, where a call takes long', 1000, 800],
  ['at one call in 4 seconds', 0.25, 4000],
])('%s, each look is at most 5 seconds old when the stop is sent', async (_name, rate, ms) => {
  const { sweep, calls } = sweepOver(sandbox.url, { rate, callMs: () => ms });
  expect((await sweep()).stopped).toHaveLength(24);
  const ages = agesOfLooks(calls);
  expect(ages).toHaveLength(24);
  expect(Math.max(...ages)).toBeLessThanOrEqual(5000);
});

test('a group has as many looks as the rate allows in 3 seconds', async () => {
  const { sweep, calls } = sweepOver(sandbox.url, { rate: 2, callMs: () => 500 });
  await sweep();
  const groups = calls
    .filter(({ operation }) => operation === 'sessionsBulkStop')
    .map(({ ids }) => ids.length);
  expect(groups).toEqual([6, 6, 6, 6]);
});

test('looks that grew old while another one took long are repeated', async () => {
  let slow = 0;
  const { sweep, calls } = sweepOver(sandbox.url, {
    // The first look at s10 is the survey's, the second one takes 20 seconds.
    callMs: ({ operation, ids }) =>
      operation === 'getSession' && ids[0] === 's10' && ++slow === 2 ? 20_000 : 1,
  });
  expect((await sweep()).stopped).toHaveLength(24);
  expect(Math.max(...agesOfLooks(calls))).toBeLessThanOrEqual(5000);
  expect(looksAt(calls, 's23').length).toBeGreaterThan(2);
});

test('a session that a user joined after its look grew old is kept', async () => {
  let slow = 0;
  const { sweep } = sweepOver(sandbox.url, {
    callMs: ({ operation, ids }) => {
      if (operation !== 'getSession' || ids[0] !== 's10' || ++slow !== 2) return 1;
      sandbox.store.addUsers('s23', ['192.0.2.9']);
      return 20_000;
    },
  });
  await sweep();
  expect(sandbox.store.sessions().map(({ session_id }) => session_id)).toEqual(['s23']);
});
