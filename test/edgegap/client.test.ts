/** The client of the Sessions API over real HTTP. */
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import type { Attempt, TransportOptions } from '../../lib/edgegap/client.ts';
import { createSessionsClient } from '../../lib/edgegap/client.ts';
import type { SessionsApiError } from '../../lib/edgegap/errors.ts';
import { isSessionsApiError } from '../../lib/edgegap/errors.ts';
import { startSandbox } from '../../local/sandbox/index.ts';
import type { ScriptedAnswer } from '../support/scripted-api.ts';
import { startScriptedApi } from '../support/scripted-api.ts';

const KEY = 'f3b1-secret-key';
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const deleted: ScriptedAnswer = { status: 200, body: { message: 'deleted', session_id: 'a' } };
const users: ScriptedAnswer = { status: 200, body: { session_users: [{ ip: '10.0.0.1' }] } };

async function scripted(script: ScriptedAnswer[], options: Partial<TransportOptions> = {}) {
  const api = await startScriptedApi(script);
  stops.push(api.stop);
  const attempts: Attempt[] = [];
  const client = createSessionsClient({
    baseUrl: api.url,
    apiKey: () => KEY,
    rate: 1000,
    concurrency: 4,
    timeoutMs: 2000,
    onAttempt: (attempt) => attempts.push(attempt),
    ...options,
  });
  return { client, seen: api.seen, attempts };
}

async function failure(call: Promise<unknown>): Promise<SessionsApiError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason) => reason,
  );
  if (!isSessionsApiError(error)) throw new Error(`expected an error of the client, got ${inspect(error)}`);
  return error;
}

const soon = () => ({ deadline: Date.now() + 150 });

describe('each operation asks as the API documents it', () => {
  const bulk = {
    filters: [{ field: 'session_id' as const, filter_type: 'any' as const, values: ['a', 'b'] }],
  };
  const details = {
    session_id: 'a',
    status: 'Status.READY',
    ready: true,
    linked: true,
    kind: 'DEFAULT',
    user_count: 0,
    app_version: 1,
    create_time: '2024-05-26 12:00:45.831041',
    elapsed: 1,
  };
  type Client = ReturnType<typeof createSessionsClient>;
  const operations: [string, (client: Client) => Promise<unknown>, unknown, string, unknown][] = [
    ['sessionDelete', (c) => c.sessionDelete('a'), deleted.valueOf(), 'DELETE /v1/session/a', undefined],
    ['getSession', (c) => c.getSession('a'), { status: 200, body: details }, 'GET /v1/session/a', undefined],
    ['getUsersSession', (c) => c.getUsersSession('a'), users, 'GET /v1/session/a/users', undefined],
    [
      'putUsersSession',
      (c) => c.putUsersSession('a', { ip_list: ['::1'] }),
      users,
      'PUT /v1/session/a/users',
      { ip_list: ['::1'] },
    ],
    [
      'deleteUsersSession',
      (c) => c.deleteUsersSession('a', { ip_list: ['::1'] }),
      users,
      'DELETE /v1/session/a/users',
      { ip_list: ['::1'] },
    ],
    [
      'listSessions',
      (c) => c.listSessions({ page: 2, limit: 5 }),
      { status: 200, body: { data: [] } },
      'GET /v1/sessions?page=2&limit=5',
      undefined,
    ],
    [
      'sessionPost',
      (c) => c.sessionPost({ app_name: 'app' }),
      { status: 200, body: { session_id: 'a', app: 'app', version: '1' } },
      'POST /v1/session',
      { app_name: 'app' },
    ],
    [
      'sessionsBulkStop',
      (c) => c.sessionsBulkStop(bulk),
      { status: 200, body: { processable: [] } },
      'POST /v1/sessions/bulk-stop',
      bulk,
    ],
  ];
  test.each(operations)('%s', async (operation, call, answer, line, body) => {
    const { client, seen, attempts } = await scripted([answer as ScriptedAnswer]);
    await call(client);
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([line]);
    expect(seen[0]?.authorization).toBe(`token ${KEY}`);
    expect(seen[0]?.body === '' ? undefined : JSON.parse(seen[0]?.body ?? '')).toEqual(body);
    expect(attempts).toMatchObject([{ operation, status: 200 }]);
  });

  test('the key is taken with and without the word token', async () => {
    const { client, seen } = await scripted([deleted], { apiKey: () => `token ${KEY}` });
    await client.sessionDelete('a');
    expect(seen[0]?.authorization).toBe(`token ${KEY}`);
  });

  test('allSessions gives the sessions of all pages', async () => {
    const sandbox = await startSandbox({ rate: Number.POSITIVE_INFINITY });
    stops.push(sandbox.stop);
    const all = Array.from({ length: 250 }, (_, index) => `s${index}`);
    await fetch(`${sandbox.url}/_sandbox/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(all.map((session_id) => ({ session_id }))),
    });
    const { client } = await scripted([], { baseUrl: sandbox.url, apiKey: () => 'sandbox-key' });
    const listed = (await Array.fromAsync(client.allSessions())).map((session) => session.session_id);
    expect(listed.toSorted()).toEqual(all.toSorted());
    expect(sandbox.requests()).toHaveLength(3);
  });
});

describe('an answer that is no success has its code', () => {
  const statuses: [number, string][] = [
    [400, 'REFUSED'],
    [401, 'UNAUTHORIZED'],
    [403, 'UNAUTHORIZED'],
    [404, 'NOT_FOUND'],
    [409, 'REFUSED'],
    [410, 'GONE'],
    [422, 'REFUSED'],
    [408, 'UNAVAILABLE'],
    [425, 'UNAVAILABLE'],
    [429, 'THROTTLED'],
    [500, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
    [302, 'INVALID_ANSWER'],
  ];
  test.each(statuses)('%i is %s', async (status, code) => {
    const { client } = await scripted([{ status, body: { message: 'so it is' } }]);
    const error = await failure(client.sessionDelete('a', soon()));
    expect(error).toMatchObject({ code, status, operation: 'sessionDelete', apiMessage: 'so it is' });
  });

  test('what is not JSON, or of another shape, says where', async () => {
    const notJson = await scripted([{ status: 200, body: '<html>' }]);
    expect(await failure(notJson.client.sessionDelete('a', soon()))).toMatchObject({
      code: 'INVALID_ANSWER',
    });
    const { client } = await scripted([{ status: 200, body: { processable: [{}] } }]);
    const values = ['a', 'b'];
    const call = client.sessionsBulkStop(
      { filters: [{ field: 'session_id', filter_type: 'any', values }] },
      soon(),
    );
    expect((await failure(call)).message).toContain('/processable/0/session_id');
  });

  test('a connection that is reset, and an API that does not answer in time', async () => {
    const reset = await scripted(['reset']);
    expect(await failure(reset.client.getSession('a', soon()))).toMatchObject({ code: 'UNAVAILABLE' });
    const hanging = await scripted(['hang'], { timeoutMs: 50 });
    expect((await failure(hanging.client.getSession('a', soon()))).message).toContain('within 50 ms');
  });

  test('no error shows the key, however it is printed', async () => {
    for (const answer of [{ status: 401 }, { status: 500 }, { status: 400, body: '{' }, 'reset'] as const) {
      const { client } = await scripted([answer]);
      const error = await failure(client.sessionDelete('a', soon()));
      expect(
        `${inspect(error, { depth: 20, showHidden: true })} ${JSON.stringify(error)} ${error.stack}`,
      ).not.toContain(KEY);
    }
  });
});

describe('what is safe to repeat is repeated while time lasts', () => {
  test('a call that fails and then succeeds', async () => {
    const { client, seen } = await scripted([{ status: 503 }, 'reset', { status: 200, body: 'x' }, deleted]);
    await client.sessionDelete('a');
    expect(seen).toHaveLength(4);
  });

  test('a session is never created twice', async () => {
    const { client, seen } = await scripted([{ status: 503 }]);
    expect(await failure(client.sessionPost({ app_name: 'app' }))).toMatchObject({ code: 'UNAVAILABLE' });
    expect(seen).toHaveLength(1);
  });

  test('Retry-After is waited out before any call', async () => {
    const { client, seen } = await scripted([{ status: 429, headers: { 'retry-after': '1' } }, deleted]);
    await client.sessionDelete('a', { deadline: Date.now() + 10_000 });
    const [first, second] = seen;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
  });

  test('a Retry-After that does not fit the time left is handed on at once, for later calls too', async () => {
    const { client, seen } = await scripted([{ status: 429, headers: { 'retry-after': '60' } }, deleted]);
    const call = { deadline: Date.now() + 10_000 };
    expect(await failure(client.sessionDelete('a', call))).toMatchObject({
      code: 'THROTTLED',
      retryAfterMs: 60_000,
    });
    const later = await failure(client.sessionDelete('b', call));
    expect(later.retryAfterMs).toBeGreaterThan(50_000);
    expect(seen).toHaveLength(1);
  });

  test('a refused key is read again once, for all calls together', async () => {
    let reads = 0;
    const apiKey = ({ refresh }: { refresh: boolean }) => {
      if (refresh) reads += 1;
      return refresh ? 'new-key' : 'old-key';
    };
    const { client, seen } = await scripted([{ status: 401 }, { status: 401 }, deleted], { apiKey });
    await Promise.all([client.sessionDelete('a'), client.sessionDelete('b')]);
    expect(reads).toBe(1);
    expect(seen.map(({ authorization }) => authorization)).toEqual([
      'token old-key',
      'token old-key',
      'token new-key',
      'token new-key',
    ]);
  });

  test('a key that stays refused is an error after the second call', async () => {
    const { client, seen } = await scripted([{ status: 401 }]);
    expect(await failure(client.sessionDelete('a'))).toMatchObject({ code: 'UNAUTHORIZED' });
    expect(seen).toHaveLength(2);
  });

  test('an aborted call ends', async () => {
    const { client } = await scripted(['hang']);
    const stop = new AbortController();
    const call = failure(client.sessionDelete('a', { signal: stop.signal }));
    stop.abort();
    expect(await call).toMatchObject({ code: 'ABORTED' });
  });
});

describe('what must never be sent is not', () => {
  const filter = { field: 'session_id' as const, filter_type: 'any' as const, values: ['a'] };
  const payloads: [string, object[]][] = [
    ['no filter', []],
    ['two filters', [filter, filter]],
    ['no values', [{ ...filter, values: [] }]],
    ['an empty value', [{ ...filter, values: ['a', ' '] }]],
    ['a negation', [{ ...filter, filter_type: 'not' }]],
  ];
  test.each(payloads)('a bulk stop with %s', async (_, filters) => {
    const { client, seen } = await scripted([{ status: 200, body: { processable: [] } }]);
    const payload = { filters } as Parameters<typeof client.sessionsBulkStop>[0];
    expect(await failure(client.sessionsBulkStop(payload))).toMatchObject({ code: 'GUARDED' });
    expect(seen).toEqual([]);
  });

  test('a negation goes where the caller allows it', async () => {
    const { client, seen } = await scripted([{ status: 200, body: { processable: [] } }]);
    const filters = [{ ...filter, filter_type: 'not' as const }];
    await client.sessionsBulkStop({ filters }, { allowNegation: true });
    expect(seen).toHaveLength(1);
  });

  test.each(['', '.', '..', '../x', 'a/b', 'a b', 'x'.repeat(129)])('a session id that is %j', async (id) => {
    const { client, seen } = await scripted([deleted]);
    expect(await failure(client.sessionDelete(id))).toMatchObject({ code: 'GUARDED' });
    expect(seen).toEqual([]);
  });
});

test('no second has more attempts than the rate allows, repeated ones counted', async () => {
  const { client, seen } = await scripted([{ status: 503 }, { status: 503 }, { status: 503 }, deleted], {
    rate: 5,
  });
  await Promise.all(Array.from({ length: 8 }, () => client.sessionDelete('a')));
  expect(seen.length).toBeGreaterThanOrEqual(11);
  for (const [index, { atMs }] of seen.entries()) {
    const sixth = seen[index + 5];
    // The network may bring two attempts nearer to each other than they were sent.
    if (sixth !== undefined) expect(sixth.atMs - atMs).toBeGreaterThan(900);
  }
});
