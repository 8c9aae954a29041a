/** The variety of the sandbox, switch by switch: what the real API may answer instead, and that it means the same. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../local/sandbox/index.ts';
import type { VarietyInput } from '../../local/sandbox/variety/settings.ts';
import * as api from '../support/sandbox.ts';

let sandbox: Sandbox;
let now: number;

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1);
  // Kind, so that a test has the one switch that it is about.
  sandbox = await startSandbox({ rate: Infinity, kind: true, clock: () => now });
});
afterEach(() => sandbox.stop());

const only = (variety: VarietyInput) => sandbox.faults.set({ variety });
const call = (method: string, path: string, body?: unknown) => api.call(sandbox, method, path, body);
const get = async (path: string) => (await call('GET', path)).body;

/** The different answers to as many repeats of a request. */
async function answers(times: number, ask: () => Promise<unknown>): Promise<Set<string>> {
  const seen = new Set<string>();
  for (let time = 0; time < times; time += 1) seen.add(JSON.stringify(await ask()) ?? 'nothing');
  return seen;
}

describe('words', () => {
  test('statusWords: both spellings of every status', async () => {
    sandbox.store.add([
      { session_id: 'a', status: 'Status.READY' },
      { session_id: 'b', status: 'Ready' },
      { session_id: 'c', status: 'Status.UNPROCESSABLE' },
    ]);
    only({ statusWords: 1 });
    expect(await get('/v1/sessions')).toMatchObject({
      data: [{ status: 'Ready' }, { status: 'Status.READY' }, { status: 'Unprocessable' }],
    });
    only({ statusWords: 0.5 });
    const seen = await answers(20, async () =>
      get('/v1/session/a').then((body) => Reflect.get(Object(body), 'status')),
    );
    expect(seen).toEqual(new Set(['"Ready"', '"Status.READY"']));
  });

  test('kindWords: the spelling that was seen, and a new word', async () => {
    sandbox.store.add([{ session_id: 'a', kind: 'SEATS' }]);
    only({ kindWords: 1 });
    const seen = await answers(20, async () =>
      get('/v1/session/a').then((body) => Reflect.get(Object(body), 'kind')),
    );
    expect(seen).toEqual(new Set(['"Seat"', '"LOBBY"']));
  });
});

describe('members', () => {
  beforeEach(() => {
    sandbox.store.add([
      { session_id: 'a', custom_id: 'mine', deployment_request_id: 'd1', tags: ['x'], users: ['10.0.0.1'] },
    ]);
  });

  test('absentMembers: what is optional is absent or null, what is required stays', async () => {
    only({ absentMembers: 1 });
    const rows = [...(await answers(20, () => get('/v1/sessions')))].join();
    expect(rows).toContain('"custom_id":null');
    expect(rows).not.toContain('mine');
    expect(rows).not.toContain('d1');
    expect(await get('/v1/sessions')).toMatchObject({
      data: [{ session_id: 'a', status: 'Status.READY', user_count: 1, linked: true }],
    });
    const details = await get('/v1/session/a');
    expect(details).toMatchObject({ create_time: expect.any(String), user_count: 1 });
    expect(details).not.toHaveProperty('session_users', expect.anything());
  });

  test('nullMembers: what has no value is null instead of absent', async () => {
    expect(await get('/v1/session/a')).not.toHaveProperty('webhook_url');
    only({ nullMembers: 1 });
    expect(await get('/v1/session/a')).toMatchObject({ webhook_url: null, error: null });
  });

  test('extraMembers: members that no description names, and positions of users', async () => {
    only({ extraMembers: 1 });
    expect(await get('/v1/session/a')).toMatchObject({ session_id: 'a', schema_revision: 7 });
    expect(await get('/v1/session/a/users')).toMatchObject({
      session_users: [{ ip: '10.0.0.1', latitude: expect.any(Number), longitude: expect.any(Number) }],
    });
  });

  test('withoutTags: GetSession does not show the tags of the deployment', async () => {
    only({ withoutTags: 1 });
    const details = await get('/v1/session/a');
    expect(details).toMatchObject({ deployment: { request_id: 'd1' } });
    expect(details).not.toHaveProperty('deployment.tags', expect.anything());
  });

  test('errorDetails: an error has more than its message', async () => {
    only({ errorDetails: 1 });
    expect(await get('/v1/session/nobody')).toEqual({ ...api.message, details: expect.anything() });
  });
});

describe('pages', () => {
  beforeEach(() => {
    sandbox.store.add(Array.from({ length: 25 }, (_, index) => ({ session_id: `s${index}` })));
  });

  test.each([
    [{ withoutHasNext: 1 }, 'pagination.has_next'],
    [{ withoutPagination: 1 }, 'pagination'],
    [{ withoutTotalCount: 1 }, 'total_count'],
  ])('%j: %s is absent or null', async (variety, path) => {
    only(variety);
    const pages = [...(await answers(20, () => get('/v1/sessions')))].map((text): unknown =>
      JSON.parse(text),
    );
    expect(pages).toHaveLength(2);
    for (const page of pages) {
      expect(page).not.toHaveProperty(path, expect.anything());
      expect(page).toHaveProperty('data.length', 10);
    }
  });

  test('sparsePagination: only has_next is sure to be there; an empty page may have no data', async () => {
    only({ sparsePagination: 1 });
    expect(await get('/v1/sessions')).toMatchObject({ total_count: 25, pagination: { has_next: true } });
    expect(Object.keys(Object(Reflect.get(Object(await get('/v1/sessions')), 'pagination')))).toEqual([
      'has_next',
    ]);
    const seen = await answers(20, () => get('/v1/sessions?page=9'));
    expect(seen.size).toBe(2);
    for (const text of seen) expect(JSON.parse(text)).not.toHaveProperty('data', expect.anything());
  });

  test('a next_page_number is never null while there is a next page', async () => {
    only({ sparsePagination: 0.5, withoutHasNext: 1, nullMembers: 1, absentMembers: 1 });
    const seen = await answers(50, () => get('/v1/sessions'));
    for (const text of seen) expect(text).not.toContain('"next_page_number":null');
  });
});

describe('success', () => {
  test('emptySuccess: 202, 204, an empty 200 or {}, and the work is done', async () => {
    only({ emptySuccess: 1 });
    const seen = new Set<string>();
    for (let index = 0; index < 40; index += 1) {
      const session_id = `s${index}`;
      sandbox.store.add([{ session_id }]);
      const put = await call('PUT', `/v1/session/${session_id}/users`, { ip_list: ['10.0.0.1'] });
      expect(sandbox.store.get(session_id)?.users).toEqual(['10.0.0.1']);
      const removed = await call('DELETE', `/v1/session/${session_id}`);
      expect(sandbox.store.isDeleted(session_id)).toBe(true);
      for (const { status, body } of [put, removed]) {
        const shape = body === undefined ? 'empty' : Object.keys(Object(body)).length === 0 ? '{}' : 'whole';
        seen.add(`${status} ${shape}`);
      }
    }
    expect(seen).toEqual(new Set(['202 whole', '202 {}', '204 empty', '200 empty', '200 {}']));
  });

  test('emptySuccess: what asks for something has its answer', async () => {
    sandbox.store.add([{ session_id: 'a' }]);
    only({ emptySuccess: 1 });
    expect(await get('/v1/session/a')).toMatchObject({ session_id: 'a' });
    expect((await api.bulkStop(sandbox, ['a'])).body).toEqual({ processable: [{ session_id: 'a' }] });
  });
});

describe('ids that are not there', () => {
  const status = async (method: string, path: string) =>
    (await call(method, path, path.endsWith('users') && method !== 'GET' ? { ip_list: ['::1'] } : undefined))
      .status;

  test('unknownId400: 400 from GetSession and the users calls, 404 from SessionDelete', async () => {
    only({ unknownId400: 1 });
    expect(await status('GET', '/v1/session/nobody')).toBe(400);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect(await status(method, '/v1/session/nobody/users')).toBe(400);
    }
    expect(await status('DELETE', '/v1/session/nobody')).toBe(404);
  });

  test('gone404: a deleted id is as unknown as one that never was', async () => {
    sandbox.store.add([{ session_id: 'a' }]);
    sandbox.store.delete('a');
    expect(await status('DELETE', '/v1/session/a')).toBe(410);
    only({ gone404: 1 });
    expect(await status('DELETE', '/v1/session/a')).toBe(404);
    expect(await status('GET', '/v1/session/a')).toBe(404);
    only({ gone404: 1, unknownId400: 1 });
    expect(await status('GET', '/v1/session/a')).toBe(400);
  });
});

test('the same seed varies the same requests in the same way, in whatever order they come', async () => {
  sandbox.store.add(Array.from({ length: 12 }, (_, index) => ({ session_id: `s${index}` })));
  const paths = Array.from({ length: 12 }, (_, index) => `/v1/session/s${index}`);
  const run = async (order: string[]) => {
    sandbox.faults.set({ variety: true });
    const bodies = new Map<string, unknown>();
    for (const path of order) bodies.set(path, await get(path));
    return bodies;
  };
  const first = await run(paths);
  expect(await run(paths.toReversed())).toEqual(first);
  sandbox.faults.set({ variety: { seed: 2, statusWords: 0.5, nullMembers: 0.5 } });
  expect(await Promise.all(paths.map(get))).not.toEqual([...first.values()]);
});
