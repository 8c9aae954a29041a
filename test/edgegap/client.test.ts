/** The client of the Edgegap API over real HTTP: what it asks, what it repeats, and what it never sends. */
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { SessionsClient } from '../../lib/edgegap/client.ts';
import type { ScriptedAnswer } from '../support/scripted-api.ts';
import { failure, KEY, scripted, soon, withoutBackOff } from './scripted.ts';

const deleted: ScriptedAnswer = { status: 200, body: { message: 'deleted', session_id: 'a' } };
const users: ScriptedAnswer = { status: 200, body: { session_users: [{ ip: '10.0.0.1' }] } };
const bulk = {
  filters: [{ field: 'session_id' as const, filter_type: 'any' as const, values: ['a', 'b'] }],
};

describe('each operation asks as the API documents it', () => {
  type Row = [string, (client: SessionsClient) => Promise<unknown>, ScriptedAnswer, string, unknown];
  const operations: Row[] = [
    ['sessionDelete', (c) => c.sessionDelete('a'), deleted, 'DELETE /v1/session/a', undefined],
    [
      'getSession',
      (c) => c.getSession('a'),
      { status: 200, body: { session_id: 'a' } },
      'GET /v1/session/a',
      undefined,
    ],
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
      (c) =>
        c.sessionPost({ app_name: 'app', selectors: [{ tag: 'mode', env: { key: 'MODE', value: 'duel' } }] }),
      { status: 200, body: { session_id: 'a', app: 'app', version: '1' } },
      'POST /v1/session',
      { app_name: 'app', selectors: [{ tag: 'mode', env: { key: 'MODE', value: 'duel' } }] },
    ],
    [
      'sessionsBulkStop',
      (c) => c.sessionsBulkStop(bulk),
      { status: 200, body: { processable: [] } },
      'POST /v1/sessions/bulk-stop',
      bulk,
    ],
  ];
  test.each(operations)('%s', async (_, call, answer, line, body) => {
    const { client, seen } = await scripted([answer]);
    await call(client);
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([line]);
    expect(seen[0]?.authorization).toBe(`token ${KEY}`);
    expect(seen[0]?.body === '' ? undefined : JSON.parse(seen[0]?.body ?? '')).toEqual(body);
  });

  test('a base URL may have a path', async () => {
    const api = await scripted([deleted]);
    const { client } = await scripted([], { baseUrl: `${api.url}/proxy` });
    await client.sessionDelete('a');
    expect(api.seen[0]?.url).toBe('/proxy/v1/session/a');
  });

  test.each(['', 'token ', 'Token  '])('the key is accepted with the prefix %j', async (prefix) => {
    const { client, seen } = await scripted([deleted], { apiKey: () => `${prefix}${KEY}\n` });
    await client.sessionDelete('a');
    expect(seen[0]?.authorization).toBe(`token ${KEY}`);
  });

  test('every attempt is counted, repeated ones too', async () => {
    const { client, attempts, counted } = await scripted([
      { status: 503 },
      'reset',
      { status: 401 },
      deleted,
    ]);
    await client.sessionDelete('a', { ...counted, deadline: Date.now() + 10_000 });
    expect(attempts.map(({ operation, status }) => [operation, status])).toEqual([
      ['sessionDelete', 503],
      ['sessionDelete', undefined],
      ['sessionDelete', 401],
      ['sessionDelete', 200],
    ]);
  });
});

describe('a status that is not a 2xx has its code', () => {
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
    [799, 'UNAVAILABLE'],
  ];
  test.each(statuses)('%i is %s', async (status, code) => {
    const { client } = await scripted([{ status, body: { message: 'so it is' } }]);
    const error = await failure(client.sessionDelete('a', soon()));
    expect(error).toMatchObject({ code, status, operation: 'sessionDelete', apiMessage: 'so it is' });
  });

  test('a redirect is not followed: it would carry the key elsewhere', async () => {
    const elsewhere = await scripted([deleted]);
    const { client, seen } = await scripted([
      { status: 307, headers: { location: 'http://127.0.0.1:9/v1/session/a' } },
    ]);
    expect((await failure(client.sessionDelete('a', soon()))).message).toContain('check SESSIONS_API_URL');
    expect(seen).toHaveLength(1);
    expect(elsewhere.seen).toEqual([]);
  });

  test('a connection that is reset, and an API that does not answer in time', async () => {
    const reset = await scripted(['reset']);
    const error = await failure(reset.client.getSession('a', soon()));
    expect(error.code).toBe('UNAVAILABLE');
    expect(error.message).toMatch(/could not be reached \((UND_ERR_SOCKET|ECONNRESET)\)/);
    const hanging = await scripted(['hang'], { timeoutMs: 50 });
    expect((await failure(hanging.client.getSession('a', soon()))).message).toContain('within 50 ms');
  });
});

describe('what is safe to repeat is repeated while time lasts', () => {
  test('a call that fails and then succeeds', async () => {
    const { client, seen } = await scripted([{ status: 503 }, 'reset', { status: 429 }, deleted]);
    await client.sessionDelete('a');
    expect(seen).toHaveLength(4);
  });

  test('a call without a deadline is repeated three times', async () => {
    withoutBackOff();
    const { client, seen } = await scripted([{ status: 500 }]);
    expect(await failure(client.sessionDelete('a'))).toMatchObject({ code: 'UNAVAILABLE', status: 500 });
    expect(seen).toHaveLength(4);
  });

  test('a call with a deadline is repeated more often', async () => {
    withoutBackOff();
    const errors = Array.from({ length: 5 }, () => ({ status: 500 }));
    const { client, seen } = await scripted([...errors, deleted]);
    await client.sessionDelete('a', { deadline: Date.now() + 60_000 });
    expect(seen).toHaveLength(6);
  });

  test('a bulk stop is repeated with its body, though its method is POST', async () => {
    const { client, seen } = await scripted([{ status: 502 }, { status: 200, body: { processable: ['a'] } }]);
    await client.sessionsBulkStop(bulk);
    expect(seen.map(({ body }) => JSON.parse(body))).toEqual([bulk, bulk]);
  });

  test('a session is never created twice', async () => {
    for (const answer of [{ status: 503 }, { status: 429 }, { status: 200, body: {} }, 'reset'] as const) {
      const { client, seen } = await scripted([answer]);
      await failure(client.sessionPost({ app_name: 'app' }));
      expect(seen).toHaveLength(1);
    }
  });

  test('a refusal is not repeated', async () => {
    const { client, seen } = await scripted([{ status: 400 }]);
    expect(await failure(client.sessionDelete('a'))).toMatchObject({ code: 'REFUSED' });
    expect(seen).toHaveLength(1);
  });
});

describe('a key that the API refuses', () => {
  const rotated = () => {
    const reads: boolean[] = [];
    const apiKey = ({ refresh }: { refresh: boolean }) => {
      reads.push(refresh);
      return refresh ? 'new-key' : 'old-key';
    };
    return { apiKey, reads };
  };

  test.each([401, 403])('is read again once after a %i, for all calls together', async (status) => {
    const { apiKey, reads } = rotated();
    const { client, seen } = await scripted([{ status }, { status }, deleted], { apiKey });
    await Promise.all([client.sessionDelete('a'), client.sessionDelete('b')]);
    expect(reads.filter((refresh) => refresh)).toHaveLength(1);
    expect(seen.map(({ authorization }) => authorization)).toEqual([
      'token old-key',
      'token old-key',
      'token new-key',
      'token new-key',
    ]);
  });

  test('is read again for a creation, too: the refused one created nothing', async () => {
    const { apiKey } = rotated();
    const created = { status: 200, body: { session_id: 'a' } };
    const { client, seen } = await scripted([{ status: 401 }, created], { apiKey });
    expect(await client.sessionPost({ app_name: 'app' })).toMatchObject({ session_id: 'a' });
    expect(seen).toHaveLength(2);
  });

  test('and stays refused is an error after the second call', async () => {
    const { client, seen } = await scripted([{ status: 401 }]);
    const call = { deadline: Date.now() + 60_000 };
    expect(await failure(client.sessionDelete('a', call))).toMatchObject({
      code: 'UNAUTHORIZED',
      status: 401,
    });
    expect(seen).toHaveLength(2);
  });

  test('and one that cannot be read: nothing is sent', async () => {
    const apiKey = () => Promise.reject(new Error('no such parameter'));
    const { client, seen } = await scripted([deleted], { apiKey });
    const error = await failure(client.sessionDelete('a'));
    expect(error.code).toBe('UNAUTHORIZED');
    expect(error.message).toContain('the API key could not be read: no such parameter');
    expect(seen).toEqual([]);
  });
});

describe('a call that is aborted ends', () => {
  test('before it is sent', async () => {
    const { client, seen } = await scripted([deleted]);
    expect(await failure(client.sessionDelete('a', { signal: AbortSignal.abort() }))).toMatchObject({
      code: 'ABORTED',
    });
    expect(seen).toEqual([]);
  });

  test('while it waits for its turn, and leaves its turn to the next one', async () => {
    const { client, seen } = await scripted(['hang', deleted], { concurrency: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const calls = [
      failure(client.sessionDelete('a', { signal: first.signal })),
      failure(client.sessionDelete('b', { signal: second.signal })),
    ];
    const third = client.sessionDelete('c');
    await expect.poll(() => seen.length).toBe(1);
    second.abort();
    expect(await calls[1]).toMatchObject({ code: 'ABORTED' });
    first.abort();
    expect(await calls[0]).toMatchObject({ code: 'ABORTED' });
    await third;
    expect(seen.map(({ url }) => url)).toEqual(['/v1/session/a', '/v1/session/c']);
  });

  test('while it waits for a retry', async () => {
    const stop = new AbortController();
    const { client, attempts, counted } = await scripted([{ status: 503 }]);
    const call = failure(
      client.sessionDelete('a', { ...counted, signal: stop.signal, deadline: Date.now() + 60_000 }),
    );
    await expect.poll(() => attempts.length).toBeGreaterThan(2);
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

  test('a negation is sent where the caller allows it', async () => {
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

  test('a selector whose env is a list', async () => {
    const { client, seen } = await scripted([{ status: 200, body: { session_id: 'a' } }]);
    const selectors = [{ tag: 'mode', env: [{ key: 'MODE', value: 'duel' }] }];
    const payload = { app_name: 'app', selectors } as unknown as Parameters<typeof client.sessionPost>[0];
    expect(await failure(client.sessionPost(payload))).toMatchObject({ code: 'GUARDED' });
    expect(seen).toEqual([]);
  });
});

describe('no text shows the key', () => {
  test('of an error, however it is printed', async () => {
    for (const answer of [{ status: 401 }, { status: 500 }, { status: 400, body: '{' }, 'reset'] as const) {
      const { client } = await scripted([answer]);
      const error = await failure(client.sessionDelete('a', soon()));
      const printed = `${inspect(error, { depth: 20, showHidden: true })} ${JSON.stringify(error)} ${error.stack}`;
      expect(printed).not.toContain(KEY);
    }
  });

  const repeated: [string, string][] = [
    ['as it was sent', `authorization: token ${KEY} is not valid`],
    ['URL-encoded', `/login?key=${encodeURIComponent('s3cret/+key')}`],
    ['in base64', `basic ${Buffer.from(KEY).toString('base64')}`],
    ['where the message is cut', `${'x'.repeat(295)}${KEY}`],
  ];
  test.each(repeated)('of the API’s message that repeats it %s', async (_, message) => {
    const apiKey = () => (message.includes('/login') ? 's3cret/+key' : KEY);
    const { client } = await scripted([{ status: 400, body: { message } }], { apiKey });
    const error = await failure(client.sessionDelete('a'));
    for (const text of [error.message, error.apiMessage ?? '', inspect(error)]) {
      expect(text).not.toMatch(/f3b1-|s3cret|ZjNiM/);
      expect(text).toContain('***');
    }
  });
});
