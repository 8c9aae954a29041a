/** The sandbox's faults, against a kind sandbox: nothing else differs from answer to answer. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FaultInput, type Sandbox, startSandbox } from '../../local/sandbox/index.ts';
import * as api from '../support/sandbox.ts';

const { message } = api;
let sandbox: Sandbox;
let now: number;

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1);
  sandbox = await startSandbox({ rate: Infinity, kind: true, clock: () => now });
  sandbox.store.add([{ session_id: 'a', users: ['10.0.0.1'] }, { session_id: 'b' }, { session_id: 'c' }]);
});
afterEach(() => sandbox.stop());

const call = (method: string, path: string, body?: unknown) => api.call(sandbox, method, path, body);
const remove = (id: string) => call('DELETE', `/v1/session/${id}`);
const stop = (...values: string[]) => api.bulkStop(sandbox, values);
const processed = async (...values: string[]) => (await stop(...values)).body;
const named = (...ids: string[]) => ({ processable: ids.map((session_id) => ({ session_id })) });

describe('a request that is refused does nothing', () => {
  const answered: [FaultInput, number][] = [
    [{ throttle: 1 }, 429],
    [{ serverError: 1 }, 500],
    [{ serverError: 1, serverErrorStatus: 503 }, 503],
    [{ badRequest: 1 }, 400],
    [{ rejectKey: true }, 401],
    [{ rejectKey: true, rejectStatus: 403 }, 403],
    [{ routesMissing: true }, 404],
    [{ refuse: ['a'] }, 400],
  ];

  test.each(answered)('%j answers %d with a message', async (faults, status) => {
    sandbox.faults.set(faults);
    expect(await remove('a')).toMatchObject({ status, body: message });
    expect(sandbox.store.get('a')).toBeDefined();
  });

  test('reset: the connection breaks', async () => {
    sandbox.faults.set({ reset: 1 });
    await expect(remove('a')).rejects.toThrow();
    expect(sandbox.store.get('a')).toBeDefined();
    expect(sandbox.requests()).toMatchObject([{ operation: 'sessionDelete', status: null }]);
  });

  test.each([301, 302, 303, 307, 308] as const)(
    'redirect: %d leads to a page that answers 200, whatever it is asked',
    async (redirectStatus) => {
      sandbox.faults.set({ redirect: 1, redirectStatus });
      const headers = api.KEY;
      const url = `${sandbox.url}/v1/session/a`;
      const answer = await fetch(url, { method: 'DELETE', headers, redirect: 'manual' });
      expect(answer.status).toBe(redirectStatus);
      const page = await fetch(url, { method: 'DELETE', headers });
      expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('html')]);
      expect(sandbox.store.get('a')).toBeDefined();
    },
  );

  test('refuse: one address of a users call', async () => {
    sandbox.faults.set({ refuse: ['10.0.0.1'] });
    const refused = await call('DELETE', '/v1/session/a/users', { ip_list: ['10.0.0.2', '10.0.0.1'] });
    expect(refused).toMatchObject({ status: 400, body: message });
    expect(sandbox.store.get('a')?.users).toEqual(['10.0.0.1']);
    expect((await call('PUT', '/v1/session/a/users', { ip_list: ['10.0.0.2'] })).status).toBe(200);
  });

  test('refuse: a bulk stop with a refused id is refused as a whole, the others alone are not', async () => {
    sandbox.faults.set({ refuse: ['b'] });
    expect((await stop('a', 'b', 'c')).status).toBe(400);
    expect(sandbox.store.sessions()).toHaveLength(3);
    expect((await stop('a', 'c')).status).toBe(200);
  });

  test('bulkRefusesUnknown: one unknown id refuses the whole bulk stop', async () => {
    sandbox.store.delete('c');
    sandbox.faults.set({ bulkRefusesUnknown: true });
    expect(await stop('a', 'nobody')).toMatchObject({ status: 400, body: message });
    expect((await stop('a', 'c')).status).toBe(400);
    const byDeployment = await api.bulkStop(sandbox, ['nowhere'], { field: 'request_id' });
    expect(byDeployment.status).toBe(400);
    expect(sandbox.store.sessions()).toHaveLength(2);
    expect(await processed('a', 'b')).toEqual(named('a', 'b'));
  });

  test('hiddenMs: the API does not know a new session yet', async () => {
    sandbox.faults.set({ hiddenMs: 500, bulkRefusesUnknown: false });
    now += 499;
    expect((await remove('a')).status).toBe(404);
    expect((await call('PUT', '/v1/session/a/users', { ip_list: ['10.0.0.9'] })).status).toBe(404);
    expect((await call('GET', '/v1/sessions')).body).toMatchObject({ data: [], total_count: 0 });
    expect(await processed('a')).toEqual(named());
    expect(sandbox.store.get('a')?.users).toEqual(['10.0.0.1']);
    now += 1;
    expect((await remove('a')).status).toBe(200);
  });
});

describe('Retry-After', () => {
  const after = async (faults: FaultInput) => {
    sandbox.faults.set(faults);
    return (await call('GET', '/v1/session/nobody')).headers.get('retry-after');
  };

  const values: [FaultInput, string | null][] = [
    [{ throttle: 1 }, '1'],
    [{ throttle: 1, retryAfterSeconds: 86_400 }, '86400'],
    [{ throttle: 1, retryAfterSeconds: null }, null],
    [{ throttle: 1, retryAfter: 'Thu, 01 Jan 2099 00:00:00 GMT' }, 'Thu, 01 Jan 2099 00:00:00 GMT'],
    [{ throttle: 1, retryAfter: 'soon' }, 'soon'],
    [{ serverError: 1, serverErrorStatus: 503, retryAfterSeconds: 86_400 }, null],
    [{ serverError: 1, serverErrorStatus: 503, retryAfterSeconds: 86_400, retryAfterOn: [503] }, '86400'],
    [{ retryAfterSeconds: 86_400, retryAfterOn: [404] }, '86400'],
    [{ routesMissing: 1, retryAfterSeconds: 9, retryAfterOn: [404] }, '9'],
  ];
  test.each(values)('%j is %j', async (faults, expected) => {
    expect(await after(faults)).toBe(expected);
  });
});

test('echoHeaders: an error shows what the request carried, the key too; a success does not', async () => {
  sandbox.faults.set({ echoHeaders: true });
  const { body } = await call('GET', '/v1/session/nobody');
  expect(body).toEqual({ message: expect.stringContaining('authorization: token sandbox-key') });
  expect(JSON.stringify((await call('GET', '/v1/session/a')).body)).not.toContain('sandbox-key');
});

test('operations: only these are struck', async () => {
  sandbox.faults.set({ serverError: 1, operations: ['sessionDelete'] });
  expect((await call('GET', '/v1/sessions')).status).toBe(200);
  expect((await remove('a')).status).toBe(500);
});

test('the same seed strikes the same requests', async () => {
  async function run(): Promise<number[]> {
    sandbox.faults.set({ serverError: 0.5, seed: 7 });
    const statuses: number[] = [];
    for (let index = 0; index < 20; index += 1) statuses.push((await call('GET', '/v1/sessions')).status);
    return statuses;
  }
  const first = await run();
  expect(new Set(first)).toEqual(new Set([200, 500]));
  expect(await run()).toEqual(first);
});

test('a stop does not wait for the latency of requests under way', async () => {
  const slow = await startSandbox({ rate: Infinity });
  slow.faults.set({ latencyMs: 60_000 });
  const pending = fetch(`${slow.url}/v1/sessions`).catch(() => 'broken');
  await expect.poll(() => slow.requests().length).toBe(1);
  await slow.stop();
  await pending;
});

describe('what a bulk stop does not process stays alive', () => {
  test('notProcessable: these ids are left out for ever, and stopped alone', async () => {
    sandbox.faults.set({ notProcessable: ['a'] });
    expect(await processed('a', 'b')).toEqual(named('b'));
    for (let again = 0; again < 10; again += 1) expect(await processed('a')).toEqual(named());
    expect(sandbox.store.get('a')).toBeDefined();
    expect((await remove('a')).status).toBe(200);
    expect(sandbox.store.isDeleted('a')).toBe(true);
  });

  test('notProcessable: with a probability the same ids are left out each time', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `s${index}`);
    sandbox.store.add(ids.map((session_id) => ({ session_id })));
    sandbox.faults.set({ notProcessable: 0.5, seed: 3 });
    await stop(...ids);
    const left = ids.filter((id) => sandbox.store.get(id) !== undefined);
    expect(left.length).toBeGreaterThan(5);
    expect(left.length).toBeLessThan(35);
    expect(await processed(...ids)).toEqual(named());
  });

  test('sparedTimes: an id is left out that often, then stopped', async () => {
    sandbox.faults.set({ notProcessable: true, sparedTimes: 2 });
    expect(await processed('a')).toEqual(named());
    expect(await processed('a', 'b')).toEqual(named());
    expect(await processed('a', 'b')).toEqual(named('a'));
    expect(await processed('b')).toEqual(named('b'));
  });

  test('partialProcessable: decided anew each time', async () => {
    sandbox.faults.set({ partialProcessable: 1 });
    for (let again = 0; again < 5; again += 1) expect(await processed('a', 'b')).toEqual(named());
    sandbox.faults.set({ partialProcessable: 0.5 });
    let calls = 0;
    while (sandbox.store.get('a') !== undefined && calls < 100) {
      await stop('a');
      calls += 1;
    }
    expect(sandbox.store.isDeleted('a')).toBe(true);
  });
});
