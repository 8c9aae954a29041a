/**
 * What the client makes of answers. The API's published description says what an answer may hold; what it
 * leaves open may be absent, null, or of another type.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readRetryAfter, statusError } from '../../lib/edgegap/answer.ts';
import type { SessionsClient } from '../../lib/edgegap/client.ts';
import type { ScriptedAnswer } from '../support/scripted-api.ts';
import { atEnd, failure, scripted, soon, withoutBackOff } from './scripted.ts';

const filters = [{ field: 'session_id' as const, filter_type: 'any' as const, values: ['a', 'b'] }];
const answered = (body: unknown): ScriptedAnswer => ({ status: 200, body });

const odd: [string, ScriptedAnswer][] = [
  ['a 204', { status: 204, body: '' }],
  ['a 202 without a body', { status: 202, body: '' }],
  ['an empty object', answered({})],
  ['HTML', answered('<html>')],
  ['null', answered('null')],
  ['a list', answered([])],
  [
    'members that are null',
    answered({ message: null, session_id: null, session_users: null, processable: null }),
  ],
  ['members of other types', answered({ message: 1, session_id: {}, session_users: 'x', processable: 7 })],
];

describe('a 2xx to a change says that it happened, whatever the answer holds', () => {
  type Change = [string, readonly string[], (client: SessionsClient) => Promise<Record<string, unknown>>];
  const changes: Change[] = [
    ['sessionDelete', ['message', 'session_id'], (client) => client.sessionDelete('a')],
    ['putUsersSession', ['session_users'], (client) => client.putUsersSession('a', { ip_list: ['::1'] })],
    [
      'deleteUsersSession',
      ['session_users'],
      (client) => client.deleteUsersSession('a', { ip_list: ['::1'] }),
    ],
    ['sessionsBulkStop', ['processable'], (client) => client.sessionsBulkStop({ filters })],
  ];
  const cases = changes.flatMap(([name, members, change]) =>
    odd.map(([what, answer]) => [name, what, members, change, answer] as const),
  );
  test.each(cases)('%s: %s', async (_, __, members, change, answer) => {
    const { client, seen } = await scripted([answer]);
    const read = await change(client);
    expect(members.map((member) => read[member])).toEqual(members.map(() => undefined));
    expect(seen).toHaveLength(1);
  });

  test('what can be read is read', async () => {
    const { client } = await scripted([answered({ session_users: [{ ip: '::1' }, { ip: 7 }, null] })]);
    expect(await client.putUsersSession('a', { ip_list: ['::1'] })).toEqual({
      session_users: [{ ip: '::1' }],
    });
  });

  test('a connection that breaks after the status', async () => {
    const { client, requests } = await raw((response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"mess');
      setImmediate(() => response.destroy());
    });
    expect(await client.sessionDelete('a')).toEqual({});
    expect(requests()).toBe(1);
  });
});

describe('a bulk stop says which sessions are stopped', () => {
  const entries: [string, unknown, string[] | undefined][] = [
    ['objects', [{ session_id: 'a' }, { session_id: 'b', status: 'x' }], ['a', 'b']],
    ['plain ids', ['a', 'b'], ['a', 'b']],
    [
      'a mixture, with entries that are neither',
      ['a', { session_id: 'b' }, null, 7, { id: 'c' }],
      ['a', 'b'],
    ],
    ['none', [], []],
    ['only entries that are neither: nothing is proven', [{ id: 'a' }, null], undefined],
    ['null: nothing is proven', null, undefined],
  ];
  test.each(entries)('%s', async (_, processable, ids) => {
    const { client } = await scripted([answered({ processable })]);
    expect((await client.sessionsBulkStop({ filters })).processable).toEqual(ids);
  });
});

describe('a question whose answer cannot be used is asked again, then fails', () => {
  const questions: [string, (client: SessionsClient) => Promise<unknown>, unknown[]][] = [
    ['getSession', (client) => client.getSession('a', soon()), ['<html>', '', [], {}, { session_id: 7 }]],
    [
      'getUsersSession',
      (client) => client.getUsersSession('a', soon()),
      ['<html>', '', [], {}, { session_users: 'x' }],
    ],
    ['listSessions', (client) => client.listSessions({}, soon()), ['<html>', '', [], 'null', { data: 'x' }]],
  ];
  test.each(questions.flatMap(([name, ask, bodies]) => bodies.map((body) => [name, body, ask] as const)))(
    '%s: %j',
    async (operation, body, ask) => {
      const { client } = await scripted([answered(body)]);
      expect(await failure(ask(client))).toMatchObject({ code: 'INVALID_ANSWER', status: 200, operation });
    },
  );

  test('an answer that can be used the second time', async () => {
    withoutBackOff();
    const { client, seen } = await scripted([answered('<html>'), answered({ session_id: 'a' })]);
    expect(await client.getSession('a')).toEqual({ session_id: 'a' });
    expect(seen).toHaveLength(2);
  });

  test('the error says where the answer differs', async () => {
    const { client } = await scripted([answered({ session_id: 7 })]);
    expect((await failure(client.getSession('a', soon()))).message).toContain('/session_id');
  });
});

describe('members that are absent, null, or of another type are unknown', () => {
  const members = ['status', 'ready', 'linked', 'kind', 'user_count', 'custom_id', 'deployment_request_id'];

  test.each([null, { x: 1 }])('in a row of the list: %j', async (value) => {
    const row = { session_id: 'a', ...Object.fromEntries(members.map((name) => [name, value])) };
    const { client } = await scripted([answered({ data: [row, { session_id: 'b' }] })]);
    const { data = [] } = await client.listSessions();
    expect(data.map(({ session_id }) => session_id)).toEqual(['a', 'b']);
    const [{ session_id, ...others } = { session_id: '' }] = data;
    expect(Object.values(others).every((member) => member === undefined)).toBe(true);
  });

  test('a row without a session id is left out, and counted', async () => {
    const { client } = await scripted([
      answered({ data: [{ status: 'x' }, null, 'a', { session_id: 'b' }] }),
    ]);
    expect(await client.listSessions()).toMatchObject({ data: [{ session_id: 'b' }], unreadable: 3 });
  });

  test.each([null, { x: 1 }])('in a session: %j', async (value) => {
    const details = ['app_version', 'elapsed', 'create_time', 'error', 'session_users', 'deployment'];
    const body = Object.fromEntries([...members, ...details].map((name) => [name, value]));
    const { client } = await scripted([answered({ ...body, session_id: 'a' })]);
    const { deployment, ...session } = await client.getSession('a');
    expect(session).toMatchObject({
      session_id: 'a',
      status: undefined,
      linked: undefined,
      user_count: undefined,
    });
    expect(session).toMatchObject({
      app_version: undefined,
      create_time: undefined,
      session_users: undefined,
    });
    expect(deployment?.tags).toBeUndefined();
  });

  test('the version of an app is a number or a text', async () => {
    const { client } = await scripted([
      answered({ session_id: 'a', app_version: 7 }),
      answered({ session_id: 'a', app_version: '1.2' }),
    ]);
    expect((await client.getSession('a')).app_version).toBe(7);
    expect((await client.getSession('a')).app_version).toBe('1.2');
  });

  test('users and tags that are read in part are unknown: they would look like fewer', async () => {
    const body = { session_id: 'a', session_users: [{ ip: '::1' }, {}], deployment: { tags: ['x', null] } };
    const { client } = await scripted([answered(body)]);
    const session = await client.getSession('a');
    expect(session.session_users).toBeUndefined();
    expect(session.deployment?.tags).toBeUndefined();
  });

  test('members that are not documented are let through', async () => {
    const { client } = await scripted([answered({ session_id: 'a', shard: 7 })]);
    expect(await client.getSession('a')).toMatchObject({ shard: 7 });
  });
});

/** An API that answers with `respond`. */
async function raw(respond: (response: import('node:http').ServerResponse) => void) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    request.resume();
    respond(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { client } = await scripted([], { baseUrl: `http://127.0.0.1:${port}`, timeoutMs: 60_000 });
  return { client, requests: () => requests };
}

/** Writes for as long as somebody reads. */
function endless(response: import('node:http').ServerResponse): void {
  const block = 'x'.repeat(64 * 1024);
  response.writeHead(200, { 'content-type': 'application/json' });
  const write = () => {
    while (!response.destroyed && response.write(block)) {}
  };
  response.on('drain', write);
  write();
}

describe('a body of more than 10 MB is cut off', () => {
  test('a question has no answer that can be used', async () => {
    const { client } = await raw(endless);
    const error = await failure(client.getSession('a', soon()));
    expect(error).toMatchObject({ code: 'INVALID_ANSWER', status: 200 });
    expect(error.message).toContain('longer than 10 MB');
  });

  test('a change happened all the same', async () => {
    const { client, requests } = await raw(endless);
    expect(await client.sessionDelete('a')).toEqual({});
    expect(requests()).toBe(1);
  });

  test('a body just below that is read', async () => {
    const body = JSON.stringify({ session_id: 'a', pad: 'x'.repeat(10 * 1024 * 1024 - 100) });
    const { client } = await raw((response) => response.end(body));
    expect((await client.getSession('a')).session_id).toBe('a');
  });

  test('a compressed bomb of 2 GB does not grow the process', async () => {
    const script = new URL('bomb.ts', import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(process.execPath, [script]);
    const { code, grewByMb } = JSON.parse(stdout);
    expect(code).toBe('INVALID_ANSWER');
    expect(grewByMb).toBeLessThan(150);
  });
});

describe('Retry-After', () => {
  const NOW = Date.UTC(2026, 0, 1);
  const MINUTES_15 = 15 * 60_000;
  const headers: [string | null, number | undefined][] = [
    [null, undefined],
    ['0', 0],
    ['7', 7000],
    [' 7 ', 7000],
    ['900', MINUTES_15],
    ['86400', MINUTES_15],
    ['1000000000', MINUTES_15],
    ['9'.repeat(400), MINUTES_15],
    // RFC 9110, section 5.6.7: the three forms of a date.
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Thursday, 01-Jan-26 00:00:30 GMT', 30_000],
    ['Thu Jan  1 00:00:30 2026', 30_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['Tue, 01 Jan 2099 00:00:00 GMT', MINUTES_15],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['1e9', undefined],
    ['', undefined],
  ];
  test.each(headers)('%j is %j ms', (header, ms) => {
    expect(readRetryAfter(header, NOW)).toBe(ms);
  });

  test.each([429, 503])('of a %i reaches the caller', async (status) => {
    const { client } = await scripted([{ status, headers: { 'retry-after': '86400' } }]);
    expect(await failure(client.sessionDelete('a', soon()))).toMatchObject({
      status,
      retryAfterMs: MINUTES_15,
    });
  });

  test.each([200, 301, 400, 401, 404, 408, 500, 502])('of a %i means nothing', async (status) => {
    withoutBackOff();
    const answer = { status, headers: { 'retry-after': '86400' }, body: {} };
    const { client } = await scripted([answer, answer, { status: 200, body: { session_id: 'a' } }]);
    await client.getSession('a', soon()).catch((error) => expect(error.retryAfterMs).toBeUndefined());
    await client.getSession('b', soon()).catch((error) => expect(error.retryAfterMs).toBeUndefined());
    expect(await client.getSession('c', soon())).toMatchObject({ session_id: 'a' });
  });
});

test("an error's text has one full stop, also where the API's message ends with one", () => {
  const textOf = (message: string) =>
    statusError('getSession', { status: 401, headers: new Headers(), text: JSON.stringify({ message }) })
      .message;
  const expected = 'getSession: the API answered 401: no key. Check SESSIONS_API_KEY.';
  expect([textOf('no key'), textOf('no key.')]).toEqual([expected, expected]);
});
