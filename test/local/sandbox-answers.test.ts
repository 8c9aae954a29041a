/** Faults that are in the answer: the work is done, and what comes back is broken, or contradicts the description. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FaultInput, type Sandbox, startSandbox } from '../../local/sandbox/index.ts';
import * as api from '../support/sandbox.ts';

const { message } = api;
const MEGABYTE = 1024 * 1024;
let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ rate: Infinity, kind: true });
  sandbox.store.add([{ session_id: 'a', users: ['10.0.0.1'] }, { session_id: 'b' }, { session_id: 'c' }]);
});
afterEach(() => sandbox.stop());

const call = (method: string, path: string, body?: unknown) => api.call(sandbox, method, path, body);
const list = async (query = '') => (await call('GET', `/v1/sessions${query}`)).body;

describe('below JSON', () => {
  test('lostAnswer: the connection breaks', async () => {
    sandbox.faults.set({ lostAnswer: 1 });
    await expect(call('DELETE', '/v1/session/a')).rejects.toThrow();
    expect(sandbox.store.isDeleted('a')).toBe(true);
  });

  test('notJson: a page of HTML', async () => {
    sandbox.faults.set({ notJson: 1 });
    const { status, headers, body } = await call('DELETE', '/v1/session/a');
    expect([status, headers.get('content-type'), body]).toEqual([
      200,
      expect.stringContaining('html'),
      undefined,
    ]);
    expect(sandbox.store.isDeleted('a')).toBe(true);
  });

  /** Reads the body until it is this long. */
  async function read(path: string, bytes: number): Promise<number> {
    const response = await fetch(sandbox.url + path, { headers: api.KEY });
    let length = 0;
    for await (const part of response.body ?? []) {
      length += part.length;
      if (length > bytes) break;
    }
    return length;
  }

  /** An answer whose body is as it came over the wire, not read yet. */
  function begun(path: string): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    get(sandbox.url + path, { headers: api.KEY }, resolve).on('error', reject);
    return promise;
  }

  test('endlessBody: a body that goes on for as long as it is read', async () => {
    sandbox.faults.set({ endlessBody: 1 });
    expect(await read('/v1/sessions', 30 * MEGABYTE)).toBeGreaterThan(30 * MEGABYTE);
  });

  test('a stop ends a body that never ends', async () => {
    sandbox.faults.set({ endlessBody: 1 });
    const response = await begun('/v1/sessions');
    const closed = once(response, 'close').catch(() => undefined);
    response.on('error', () => undefined).resume();
    await sandbox.stop();
    await closed;
  });

  test('compressedBomb: less than 3 MB on the wire that unpack to far more', async () => {
    sandbox.faults.set({ compressedBomb: 1 });
    expect(await read('/v1/sessions', 50 * MEGABYTE)).toBeGreaterThan(50 * MEGABYTE);
    const response = await begun('/v1/sessions');
    let wire = 0;
    for await (const part of response) wire += Buffer.byteLength(part);
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(wire).toBeLessThan(3 * MEGABYTE);
  });
});

describe('processable', () => {
  const answers: [FaultInput, object][] = [
    [{ processableEmpty: true }, { processable: [] }],
    [{ processableNull: true }, { processable: null }],
    [{ processableStrings: true }, { processable: ['a', 'b'] }],
    [{ processableUnreadable: true }, { processable: { count: 2 } }],
  ];
  test.each(answers)('%j: the sessions are stopped, the answer is %j', async (fault, body) => {
    sandbox.faults.set(fault);
    expect(await api.bulkStop(sandbox, ['a', 'b'])).toMatchObject({ status: 200, body });
    expect(['a', 'b'].every((id) => sandbox.store.isDeleted(id))).toBe(true);
  });
});

describe('lists', () => {
  test('unknownList: 200 in an unknown shape', async () => {
    sandbox.faults.set({ unknownList: true });
    const body = await list();
    expect(body).toEqual({ result: expect.anything() });
    expect(body).not.toHaveProperty('data');
  });

  test('repeatPages: every page is the first one and says that there is a next', async () => {
    sandbox.faults.set({ repeatPages: true });
    for (const page of [1, 2, 50]) {
      expect(await list(`?page=${page}&limit=2`)).toMatchObject({
        data: [{ session_id: 'a' }, { session_id: 'b' }],
        pagination: { number: page, has_next: true, next_page_number: page + 1 },
      });
    }
  });

  test('pageRows: a page has no more rows than this, whatever the limit', async () => {
    sandbox.faults.set({ pageRows: 2 });
    expect(await list('?limit=100')).toMatchObject({
      data: [{ session_id: 'a' }, { session_id: 'b' }],
      pagination: { has_next: true, paginator: { num_pages: 2 } },
    });
    expect(await list('?limit=100&page=2')).toMatchObject({ data: [{ session_id: 'c' }] });
  });

  test('pageAfterLast: empty, refused, or the last one again', async () => {
    expect(await list('?page=9')).toMatchObject({ data: [], pagination: { number: 9, has_next: false } });
    sandbox.faults.set({ pageAfterLast: 'refused' });
    expect(await call('GET', '/v1/sessions?page=9')).toMatchObject({ status: 400, body: message });
    sandbox.faults.set({ pageAfterLast: 'last' });
    expect(await list('?page=9&limit=2')).toMatchObject({ data: [{ session_id: 'c' }], total_count: 3 });
  });
});

describe('models', () => {
  test('missingMembers: of a row only what is optional, and the id, is sure to be there', async () => {
    sandbox.faults.set({ missingMembers: true });
    const body = await list();
    expect(body).toMatchObject({ data: [{ session_id: 'a' }, { session_id: 'b' }, { session_id: 'c' }] });
    for (const required of ['status', 'ready', 'linked', 'kind', 'user_count']) {
      expect(body).not.toHaveProperty(`data.0.${required}`, expect.anything());
    }
    const { body: details } = await call('GET', '/v1/session/a');
    for (const required of ['status', 'create_time', 'elapsed', 'app_version', 'kind']) {
      expect(details).not.toHaveProperty(required, expect.anything());
    }
    expect(details).toMatchObject({ session_id: 'a' });
  });

  test('missingMembers: some are absent, some are null', async () => {
    sandbox.store.add(Array.from({ length: 30 }, (_, index) => ({ session_id: `s${index}` })));
    sandbox.faults.set({ missingMembers: 0.5 });
    const text = JSON.stringify(await list('?limit=100'));
    expect(text).toContain('"user_count":null');
    expect(text).toContain('"user_count":0');
    expect(text.split('"user_count"').length).toBeLessThan(text.split('"session_id"').length);
  });

  test('nullUsers: session_users is null, and the users are changed all the same', async () => {
    sandbox.faults.set({ nullUsers: true });
    const removed = await call('DELETE', '/v1/session/a/users', { ip_list: ['10.0.0.1'] });
    expect(removed).toMatchObject({ status: 200, body: { session_users: null } });
    expect(sandbox.store.get('a')?.users).toEqual([]);
    expect((await call('GET', '/v1/session/a/users')).body).toEqual({ session_users: null });
  });
});
