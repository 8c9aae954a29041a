/** The list and the bulk stop of sessions, of a kind sandbox. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../local/sandbox/index.ts';
import * as api from '../support/sandbox.ts';

const { message } = api;
let sandbox: Sandbox;

beforeEach(async () => {
  const clock = () => Date.UTC(2024, 4, 26, 12, 10, 45, 831);
  sandbox = await startSandbox({ rate: Infinity, kind: true, clock });
});
afterEach(() => sandbox.stop());

const call = (method: string, path: string, body?: unknown) => api.call(sandbox, method, path, body);

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
