/** The operations on sessions of a kind sandbox: the statuses and models of the API, complete. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../local/sandbox/index.ts';
import * as api from '../support/sandbox.ts';

const { KEY, message } = api;
let sandbox: Sandbox;

beforeEach(async () => {
  const clock = () => Date.UTC(2024, 4, 26, 12, 10, 45, 831);
  sandbox = await startSandbox({ rate: Infinity, kind: true, clock });
});
afterEach(() => sandbox.stop());

const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  api.call(sandbox, method, path, body, headers);

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

  test('a session created by location has no users, as far as the API shows, whoever joins', async () => {
    const made = await call('POST', '/v1/session', {
      app_name: 'arena',
      location: { latitude: 45.5, longitude: -73.56 },
    });
    const [session] = sandbox.store.sessions();
    expect(made.body).toMatchObject({ session_id: session?.session_id });
    await call('PUT', `/v1/session/${session?.session_id}/users`, { ip_list: ['1.2.3.4'] });
    expect((await call('GET', `/v1/session/${session?.session_id}`)).body).toMatchObject({ user_count: 0 });
    expect((await call('GET', '/v1/sessions')).body).toMatchObject({ data: [{ user_count: 0 }] });
    expect(sandbox.store.sessions()).toMatchObject([{ users: ['1.2.3.4'] }]);
  });

  test('a selector has one environment variable, not a list of them', async () => {
    const env = { key: 'MODE', value: 'ranked' };
    const created = (selector: object) =>
      call('POST', '/v1/session', { app_name: 'arena', selectors: [selector] });
    expect((await created({ tag: 'ranked', env })).status).toBe(200);
    expect(await created({ tag: 'ranked', env: [env] })).toMatchObject({ status: 400, body: message });
  });

  test.each([{}, { app_name: '' }, { app_name: 'a', selectors: [{ tag: 'x'.repeat(21) }] }, 'nonsense'])(
    'refuses %j with 400',
    async (body) => {
      expect(await call('POST', '/v1/session', body)).toMatchObject({ status: 400, body: message });
    },
  );
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
