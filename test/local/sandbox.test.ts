/** The sandbox's eight operations: the statuses and models of the Sessions API. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../local/sandbox/index.ts';

const KEY = { authorization: 'token sandbox-key' };
let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ rate: Infinity, clock: () => Date.UTC(2024, 4, 26, 12, 10, 45, 831) });
});
afterEach(() => sandbox.stop());

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = KEY) {
  const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(sandbox.url + path, { method, headers: { ...json, ...headers }, ...sent });
  const answer: unknown = await response.json();
  return { status: response.status, body: answer, headers: response.headers };
}

const message = { message: expect.any(String) };

describe('the key', () => {
  test.each([{}, { authorization: 'sandbox-key' }, { authorization: 'token other' }])(
    'a request with %j is refused with 401 and changes nothing',
    async (headers: Record<string, string>) => {
      sandbox.store.add([{ session_id: 'a-s' }]);
      expect(await call('DELETE', '/v1/session/a-s', undefined, headers)).toMatchObject({
        status: 401,
        body: message,
      });
      expect(sandbox.store.get('a-s')).toBeDefined();
    },
  );
});

describe('operations that name a session', () => {
  const named: [string, string, unknown?][] = [
    ['GET', ''],
    ['DELETE', ''],
    ['GET', '/users'],
    ['PUT', '/users', { ip_list: ['1.2.3.4'] }],
    ['DELETE', '/users', { ip_list: ['1.2.3.4'] }],
  ];

  test.each(named)(
    '%s /v1/session/ID%s: 404 when unknown, 410 when deleted, 400 for a bad id',
    async (m, p, b) => {
      sandbox.store.add([{ session_id: 'gone-s' }]);
      sandbox.store.delete('gone-s');
      expect(await call(m, `/v1/session/nobody-s${p}`, b)).toMatchObject({ status: 404, body: message });
      expect(await call(m, `/v1/session/gone-s${p}`, b)).toMatchObject({ status: 410, body: message });
      expect(await call(m, `/v1/session/a%20b${p}`, b)).toMatchObject({ status: 400, body: message });
      expect(await call(m, `/v1/session/${'x'.repeat(129)}${p}`, b)).toMatchObject({
        status: 400,
        body: message,
      });
    },
  );

  test('a session is deleted once and is named in the answer', async () => {
    sandbox.store.add([{ session_id: 'a-s', custom_id: 'mine' }, { session_id: 'b-s' }]);
    const answer = await call('DELETE', '/v1/session/a-s');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ ...message, session_id: 'a-s', custom_id: 'mine' });
    expect(sandbox.store.isDeleted('a-s')).toBe(true);
    expect(sandbox.store.sessions().map((one) => one.session_id)).toEqual(['b-s']);
  });

  test('users are removed by a DELETE with a JSON body, whatever way an address is written', async () => {
    sandbox.store.add([{ session_id: 'a-s', users: ['1.2.3.4', '2001:db8::7', '5.6.7.8'] }]);
    const answer = await call('DELETE', '/v1/session/a-s/users', {
      ip_list: ['2001:DB8:0:0:0:0:0:7', '1.2.3.4', '9.9.9.9'],
    });
    expect(answer).toMatchObject({ status: 200, body: { session_users: [{ ip: '5.6.7.8' }] } });
    expect((await call('GET', '/v1/session/a-s/users')).body).toEqual({ session_users: [{ ip: '5.6.7.8' }] });
  });

  test('users are added, each once', async () => {
    sandbox.store.add([{ session_id: 'a-s', users: ['1.2.3.4'] }]);
    const answer = await call('PUT', '/v1/session/a-s/users', { ip_list: ['5.6.7.8', '1.2.3.4'] });
    expect(answer.body).toEqual({ session_users: [{ ip: '1.2.3.4' }, { ip: '5.6.7.8' }] });
  });

  test('a session in error takes no users: 422', async () => {
    sandbox.store.add([{ session_id: 'a-s', status: 'Status.ERROR' }]);
    const answer = await call('PUT', '/v1/session/a-s/users', { ip_list: ['5.6.7.8'] });
    expect(answer).toMatchObject({ status: 422, body: message });
  });

  test.each([
    [{}, 'ip_list'],
    [{ ip_list: [] }, 'ip_list'],
    [{ ip_list: ['1.2.3.4', 'nobody'] }, 'ip_list.1'],
    ['{"ip_list":', 'body'],
    [[], 'body'],
  ])('the users body %j is refused with 400 that names the place', async (body, place) => {
    sandbox.store.add([{ session_id: 'a-s', users: ['1.2.3.4'] }]);
    for (const method of ['PUT', 'DELETE']) {
      const answer = await call(method, '/v1/session/a-s/users', body);
      expect(answer).toMatchObject({
        status: 400,
        body: { message: expect.stringMatching(new RegExp(`^${place}: .`)) },
      });
    }
    expect(sandbox.store.get('a-s')?.users).toEqual(['1.2.3.4']);
  });

  test('GetSession carries the age, the users and the deployment of the documented model', async () => {
    const created_at = Date.UTC(2024, 4, 26, 12, 0, 45, 831);
    sandbox.store.add([
      { session_id: 'a-s', deployment_request_id: 'd1', tags: ['x'], users: ['1.2.3.4'], created_at },
    ]);
    const { body } = await call('GET', '/v1/session/a-s');
    expect(body).toMatchObject({
      session_id: 'a-s',
      status: 'Status.READY',
      ready: true,
      linked: true,
      kind: 'DEFAULT',
      user_count: 1,
      app_version: expect.any(Number),
      create_time: '2024-05-26 12:00:45.831000',
      elapsed: 600,
      session_users: [{ ip: '1.2.3.4' }],
      deployment: { request_id: 'd1', tags: ['x'] },
    });
  });
});

describe('ListSessions', () => {
  beforeEach(() => {
    sandbox.store.add(Array.from({ length: 25 }, (_, index) => ({ session_id: `s${index}` })));
  });

  test('answers ten rows without a creation time, and says that there is more', async () => {
    const { body } = await call('GET', '/v1/sessions');
    expect(body).toMatchObject({
      total_count: 25,
      pagination: {
        number: 1,
        next_page_number: 2,
        previous_page_number: null,
        has_next: true,
        has_previous: false,
        paginator: { num_pages: 3 },
      },
    });
    expect(body).toHaveProperty('data.length', 10);
    expect(body).toHaveProperty('data.0', {
      session_id: 's0',
      status: 'Status.READY',
      ready: false,
      linked: false,
      kind: 'DEFAULT',
      user_count: 0,
    });
  });

  test('the last page is short and has no next', async () => {
    const { body } = await call('GET', '/v1/sessions?page=3&limit=10');
    expect(body).toHaveProperty('data.length', 5);
    expect(body).toMatchObject({
      pagination: { next_page_number: null, has_next: false, previous_page_number: 2 },
    });
  });

  test.each(['limit=101', 'limit=0', 'page=0', 'page=x', 'limit='])('refuses %s with 400', async (query) => {
    expect(await call('GET', `/v1/sessions?${query}`)).toMatchObject({ status: 400, body: message });
  });

  test('takes a limit of 100', async () => {
    expect((await call('GET', '/v1/sessions?limit=100')).body).toHaveProperty('data.length', 25);
  });
});

describe('SessionPost', () => {
  test('makes a session that the other operations know', async () => {
    sandbox.store.add([{ session_id: 'a-s', deployment_request_id: 'd1', tags: ['x'] }]);
    const { status, body } = await call('POST', '/v1/session', {
      app_name: 'arena',
      ip_list: ['1.2.3.4'],
      deployment_request_id: 'd1',
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      session_id: expect.any(String),
      app: 'arena',
      version: expect.any(String),
      deployment_request_id: 'd1',
    });
    const made = sandbox.store.sessions()[1];
    expect(made).toMatchObject({
      users: ['1.2.3.4'],
      deployment_request_id: 'd1',
      tags: ['x'],
      linked: true,
    });
  });

  test('a session without a deployment is still seeking one', async () => {
    await call('POST', '/v1/session', { app_name: 'arena' });
    expect(sandbox.store.sessions()).toMatchObject([{ status: 'Status.SEEKING', linked: false }]);
  });

  test.each([{}, { app_name: '' }, { app_name: 'a', selectors: [{ tag: 'x'.repeat(21) }] }, 'nonsense'])(
    'refuses %j with 400',
    async (body) => {
      expect(await call('POST', '/v1/session', body)).toMatchObject({ status: 400, body: message });
    },
  );
});

describe('SessionsBulkStop', () => {
  beforeEach(() => {
    sandbox.store.add([
      { session_id: 'a', deployment_request_id: 'd1', tags: ['x', 'y'] },
      { session_id: 'b', deployment_request_id: 'd1', tags: ['x', 'y'] },
      { session_id: 'c', deployment_request_id: 'd2', tags: ['x'] },
      { session_id: 'd' },
    ]);
  });

  test.each([
    ['session_id', 'any', ['a', 'd', 'nobody'], ['a', 'd']],
    ['session_id', 'all', ['a'], ['a']],
    ['session_id', 'all', ['a', 'b'], []],
    ['session_id', 'not', ['a', 'b'], ['c', 'd']],
    ['request_id', 'any', ['d1', 'd2'], ['a', 'b', 'c']],
    ['request_id', 'not', ['d1'], ['c', 'd']],
    ['deployment_tags', 'any', ['x', 'z'], ['a', 'b', 'c']],
    ['deployment_tags', 'all', ['x', 'y'], ['a', 'b']],
    ['deployment_tags', 'not', ['y'], ['c', 'd']],
  ])('%s %s %j stops %j and nothing else', async (field, filter_type, values, stopped) => {
    const answer = await call('POST', '/v1/sessions/bulk-stop', {
      filters: [{ field, filter_type, values }],
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { processable: stopped.map((session_id) => ({ session_id })) },
    });
    expect(['a', 'b', 'c', 'd'].filter((id) => sandbox.store.isDeleted(id))).toEqual(stopped);
  });

  test('a second stop of the same ids finds nothing to process', async () => {
    const payload = { filters: [{ field: 'session_id', filter_type: 'any', values: ['a'] }] };
    await call('POST', '/v1/sessions/bulk-stop', payload);
    expect((await call('POST', '/v1/sessions/bulk-stop', payload)).body).toEqual({ processable: [] });
  });

  test.each([
    {},
    { filters: [{ field: 'app', filter_type: 'any', values: ['x'] }] },
    { filters: [{ field: 'session_id', filter_type: 'some', values: ['x'] }] },
    { filters: [{ field: 'session_id', filter_type: 'any', values: [1] }] },
  ])('refuses %j with 400', async (body) => {
    const answer = await call('POST', '/v1/sessions/bulk-stop', body);
    expect(answer).toMatchObject({ status: 400, body: message });
    expect(sandbox.store.sessions()).toHaveLength(4);
  });

  test('no filter and a filter without values stop everything: the worst that the API may do', async () => {
    await call('POST', '/v1/sessions/bulk-stop', {
      filters: [{ field: 'session_id', filter_type: 'any', values: [] }],
    });
    expect(sandbox.store.sessions()).toEqual([]);
  });
});

test('a path that the API does not have answers 404 with a message', async () => {
  expect(await call('GET', '/v2/sessions')).toMatchObject({ status: 404, body: message });
});

test('a body that is not declared as JSON is refused with 400', async () => {
  sandbox.store.add([{ session_id: 'a-s' }]);
  const answer = await call(
    'PUT',
    '/v1/session/a-s/users',
    { ip_list: ['1.2.3.4'] },
    {
      ...KEY,
      'content-type': 'text/plain',
    },
  );
  expect(answer).toMatchObject({ status: 400, body: message });
});
