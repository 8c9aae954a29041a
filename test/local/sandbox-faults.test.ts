/** The sandbox's rate limit, faults, log and seeding: what tests and the console use it for. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FaultInput, type Sandbox, seedPopulation, startSandbox } from '../../local/sandbox/index.ts';
import { createTokenBucket } from '../../local/sandbox/rate.ts';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ rate: Infinity });
});
afterEach(() => sandbox.stop());

function call(method: string, path: string, body?: unknown): Promise<Response> {
  const headers = { authorization: 'token sandbox-key', 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  return fetch(sandbox.url + path, { method, headers, ...sent });
}

function stop(...values: string[]): Promise<Response> {
  return call('POST', '/v1/sessions/bulk-stop', {
    filters: [{ field: 'session_id', filter_type: 'any', values }],
  });
}

describe('the rate limit', () => {
  test('past the burst a request gets 429 with Retry-After; a second later it is served again', async () => {
    let now = 0;
    const limited = await startSandbox({ rate: 2, clock: () => now });
    const list = () =>
      fetch(`${limited.url}/v1/sessions`, { headers: { authorization: 'token sandbox-key' } });
    try {
      expect([(await list()).status, (await list()).status]).toEqual([200, 200]);
      const refused = await list();
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
      expect(await refused.json()).toEqual({ message: expect.any(String) });
      expect((await fetch(`${limited.url}/_sandbox/state`)).status).toBe(200);
      now = 500;
      expect((await list()).status).toBe(200);
    } finally {
      await limited.stop();
    }
  });

  test('never more than burst + rate × time is served, whatever the arrivals', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }),
        (rate, gaps) => {
          let now = 0;
          const bucket = createTokenBucket(rate, rate, () => now);
          let served = 0;
          for (const gap of gaps) {
            now += gap;
            if (bucket.take().ok) served += 1;
          }
          expect(served).toBeLessThanOrEqual(rate + (rate * now) / 1000);
        },
      ),
    );
  });

  test.each([0, -1, Number.NaN])('a rate of %d is refused', async (rate) => {
    await expect(startSandbox({ rate })).rejects.toThrow(RangeError);
  });
});

describe('faults', () => {
  beforeEach(() => {
    sandbox.store.add([{ session_id: 'a' }, { session_id: 'b' }, { session_id: 'c' }]);
  });

  const answered: [FaultInput, number][] = [
    [{ throttle: 1 }, 429],
    [{ serverError: 1 }, 500],
    [{ rejectKey: true }, 401],
    [{ routesMissing: true }, 404],
    [{ refuse: ['a'] }, 400],
  ];

  test.each(answered)('%j answers %d with a message and leaves the session alone', async (faults, status) => {
    sandbox.faults.set(faults);
    const response = await call('DELETE', '/v1/session/a');
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ message: expect.any(String) });
    expect(sandbox.store.get('a')).toBeDefined();
  });

  test('a throttled request is told nothing where retryAfterSeconds is null', async () => {
    sandbox.faults.set({ throttle: 1, retryAfterSeconds: null });
    const answer = await call('GET', '/v1/sessions');
    expect([answer.status, answer.headers.has('retry-after')]).toEqual([429, false]);
  });

  test('a throttled request is told to come back after retryAfterSeconds', async () => {
    sandbox.faults.set({ throttle: 1, retryAfterSeconds: 120 });
    expect((await call('GET', '/v1/sessions')).headers.get('retry-after')).toBe('120');
  });

  test('reset: the connection breaks and nothing is done', async () => {
    sandbox.faults.set({ reset: 1 });
    await expect(call('DELETE', '/v1/session/a')).rejects.toThrow();
    expect(sandbox.store.get('a')).toBeDefined();
    expect(sandbox.requests()).toMatchObject([{ operation: 'sessionDelete', status: null }]);
  });

  test('lostAnswer: the work is done, and the connection breaks', async () => {
    sandbox.faults.set({ lostAnswer: 1 });
    await expect(call('DELETE', '/v1/session/a')).rejects.toThrow();
    expect(sandbox.store.isDeleted('a')).toBe(true);
  });

  test('notJson: the work is done, and the answer is a page', async () => {
    sandbox.faults.set({ notJson: 1 });
    const response = await call('DELETE', '/v1/session/a');
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('html'),
    ]);
    expect(sandbox.store.isDeleted('a')).toBe(true);
  });

  test('partialProcessable: a session is left alone once, and stopped when asked for again', async () => {
    sandbox.faults.set({ partialProcessable: 1 });
    expect(await (await stop('a', 'b')).json()).toEqual({ processable: [] });
    expect(sandbox.store.get('a')).toBeDefined();
    expect(await (await stop('a', 'b')).json()).toEqual({
      processable: [{ session_id: 'a' }, { session_id: 'b' }],
    });
  });

  test('refuse: a bulk stop with a refused id is refused as a whole, the others alone are not', async () => {
    sandbox.faults.set({ refuse: ['b'] });
    expect((await stop('a', 'b', 'c')).status).toBe(400);
    expect(sandbox.store.sessions()).toHaveLength(3);
    expect((await stop('a', 'c')).status).toBe(200);
  });

  test('operations: only these are struck', async () => {
    sandbox.faults.set({ serverError: 1, operations: ['sessionDelete'] });
    expect((await call('GET', '/v1/sessions')).status).toBe(200);
    expect((await call('DELETE', '/v1/session/a')).status).toBe(500);
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

  test('are set, read and cleared over HTTP without a key', async () => {
    const url = `${sandbox.url}/_sandbox/faults`;
    const set = await fetch(url, { method: 'PUT', body: '{"throttle":0.5,"refuse":["x"]}' });
    expect(await set.json()).toMatchObject({ throttle: 0.5, refuse: ['x'], reset: 0, latencyMs: 0 });
    expect(await (await fetch(url)).json()).toEqual(sandbox.faults.get());
    expect(await (await fetch(url, { method: 'DELETE' })).json()).toMatchObject({ throttle: 0, refuse: [] });
  });

  test.each([
    ['{"throttle":2}', 'throttle'],
    ['{"latencyMs":"fast"}', 'latencyMs'],
    ['{"operations":["SessionFly"]}', 'operations.0'],
    ['{"colour":1}', 'colour'],
    ['nonsense', 'body'],
  ])('%s is refused with 400 that names %s, and the faults stay', async (body, named) => {
    sandbox.faults.set({ reset: 0.25 });
    const response = await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'PUT', body });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ message: expect.stringContaining(named) });
    expect(sandbox.faults.get().reset).toBe(0.25);
  });
});

describe('the log', () => {
  test('has every request with its operation, body and status, and is emptied on request', async () => {
    sandbox.store.add([{ session_id: 'a', users: ['1.2.3.4'] }]);
    await call('DELETE', '/v1/session/a/users', { ip_list: ['1.2.3.4'] });
    await call('GET', '/v1/nothing?x=1');
    const url = `${sandbox.url}/_sandbox/requests`;
    expect(await (await fetch(url)).json()).toEqual([
      {
        at: expect.any(Number),
        operation: 'deleteUsersSession',
        method: 'DELETE',
        path: '/v1/session/a/users',
        body: { ip_list: ['1.2.3.4'] },
        status: 200,
        dangerous: false,
      },
      expect.objectContaining({ operation: null, path: '/v1/nothing?x=1', body: null, status: 404 }),
    ]);
    await fetch(url, { method: 'DELETE' });
    expect(sandbox.requests()).toEqual([]);
  });

  test.each([
    [{ filters: [{ field: 'session_id', filter_type: 'any', values: ['a'] }] }, false],
    [{ filters: [] }, true],
    [{ filters: [{ field: 'session_id', filter_type: 'any', values: [] }] }, true],
    [{ filters: [{ field: 'session_id', filter_type: 'any', values: [''] }] }, true],
    [{ filters: [{ field: 'session_id', filter_type: 'not', values: ['a'] }] }, true],
  ])('the bulk stop %j is marked dangerous: %s', async (payload, dangerous) => {
    await call('POST', '/v1/sessions/bulk-stop', payload);
    expect(sandbox.requests()).toMatchObject([{ operation: 'sessionsBulkStop', dangerous }]);
  });
});

describe('seeding', () => {
  function seed(sessions: unknown): Promise<Response> {
    return fetch(`${sandbox.url}/_sandbox/sessions`, { method: 'POST', body: JSON.stringify(sessions) });
  }

  test('takes 10,000 sessions of ten users in one body', async () => {
    const users = Array.from({ length: 10 }, (_, user) => `10.0.0.${user}`);
    const sessions = Array.from({ length: 10_000 }, (_, n) => ({ session_id: `match-${n}-s`, users }));
    expect(await (await seed(sessions)).json()).toEqual({ created: 10_000 });
    expect(sandbox.store.get('match-9999-s')?.users).toEqual(users);
  });

  test('what is left out is made up, and the state shows it', async () => {
    await seed([{}, { session_id: 'x', created_at: '2024-05-26T12:00:45Z', linked: true, ready: false }]);
    sandbox.store.add([{ session_id: 'y' }]);
    await stop('y');
    const state: unknown = await (await fetch(`${sandbox.url}/_sandbox/state`)).json();
    expect(state).toMatchObject({
      sessions: [
        { session_id: expect.stringMatching(/-s$/), users: [] },
        { session_id: 'x', created_at: Date.UTC(2024, 4, 26, 12, 0, 45), linked: true, ready: false },
      ],
      deleted: ['y'],
    });
  });

  test('all or none: an id that is taken, deleted or wrong refuses the whole body', async () => {
    sandbox.store.add([{ session_id: 'taken' }, { session_id: 'deleted' }]);
    sandbox.store.delete('deleted');
    expect((await seed([{ session_id: 'new' }, { session_id: 'taken' }])).status).toBe(409);
    expect((await seed([{ session_id: 'new' }, { session_id: 'deleted' }])).status).toBe(409);
    const wrong = await seed([{ session_id: 'new' }, { users: ['nobody'] }]);
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toEqual({ message: expect.stringMatching(/^1\.users\.0: /) });
    expect(sandbox.store.get('new')).toBeUndefined();
  });

  test('the population is a few dozen sessions on several deployments, abc123-s among them', () => {
    const now = Date.UTC(2026, 0, 1);
    seedPopulation(sandbox.store, now);
    const sessions = sandbox.store.sessions();
    expect(sandbox.store.get('abc123-s')?.users.length).toBeGreaterThan(0);
    expect(sessions.length).toBeGreaterThanOrEqual(36);
    expect(sessions.every((one) => one.created_at < now && one.created_at > now - 48 * 3_600_000)).toBe(true);
    expect(new Set(sessions.map((one) => one.deployment_request_id)).size).toBeGreaterThan(4);
  });
});

test('a port that is taken is named in the error', async () => {
  await expect(startSandbox({ port: sandbox.port })).rejects.toThrow(`127.0.0.1:${sandbox.port}`);
});
