/** The list of deployments with its filters, and their bulk stop, of a kind sandbox. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../local/sandbox/index.ts';
import * as api from '../support/sandbox.ts';

const { message } = api;
let sandbox: Sandbox;
let now: number;

beforeEach(async () => {
  now = Date.UTC(2026, 3, 24, 12);
  sandbox = await startSandbox({ rate: Infinity, kind: true, clock: () => now });
});
afterEach(() => sandbox.stop());

const call = (method: string, path: string, body?: unknown) => api.call(sandbox, method, path, body);
const statusOf = (id: string) => call('GET', `/v1/status/${id}`);
const stop = (id: string) => call('DELETE', `/v1/stop/${id}`);
const bulkStop = (values: string[], more: { field?: string; filter_type?: string } = {}) =>
  api.bulkStop(sandbox, values, { field: 'request_id', of: 'deployments', ...more });
const listed = async (query?: object) => {
  const search = query === undefined ? '' : `&query=${encodeURIComponent(JSON.stringify(query))}`;
  return (await call('GET', `/v1/deployments?limit=100${search}`)).body;
};
const rows = (...ids: string[]) => ({
  data: ids.map((request_id) => ({ request_id })),
  total_count: ids.length,
});

const seed = () => api.seedDeployments(sandbox, now);

describe('a bulk stop', () => {
  beforeEach(seed);

  test.each([
    ['request_id', 'any', ['busy', 'plain', 'nobody'], ['busy', 'plain']],
    ['request_id', 'not', ['busy'], ['empty', 'plain']],
    ['deployment_tags', 'any', ['eu'], ['busy', 'empty']],
    ['deployment_tags', 'all', ['eu', 'ranked'], ['busy']],
    ['deployment_tags', 'not', ['eu'], ['plain']],
  ])('%s %s %j stops %j and nothing else', async (field, filter_type, values, stopped) => {
    const { body } = await bulkStop(values, { field, filter_type });
    expect(body).toEqual({ processable: stopped.map((request_id) => ({ request_id })) });
    const { deployments } = sandbox.store;
    expect(
      deployments
        .all()
        .map((one) => one.request_id)
        .filter(deployments.isStopped),
    ).toEqual(stopped);
  });

  test('does not know the field session_id', async () => {
    expect(await bulkStop(['a'], { field: 'session_id' })).toMatchObject({ status: 400, body: message });
    expect(sandbox.store.deployments.running()).toHaveLength(3);
  });

  test('has the faults of the one of sessions', async () => {
    sandbox.faults.set({ notProcessable: ['busy'] });
    expect((await bulkStop(['busy', 'empty'])).body).toEqual({ processable: [{ request_id: 'empty' }] });
    sandbox.faults.set({ bulkRefusesUnknown: 1 });
    expect((await bulkStop(['busy', 'empty'])).status).toBe(400);
    sandbox.faults.set({ refuse: ['busy'] });
    expect((await stop('busy')).status).toBe(400);
    sandbox.faults.set({ processableStrings: 1 });
    expect((await bulkStop(['busy'])).body).toEqual({ processable: ['busy'] });
  });
});

describe('the list', () => {
  beforeEach(seed);

  test.each([
    [{ filters: [{ field: 'status', operator: 'eq', value: 'ready' }] }, ['busy', 'empty', 'plain']],
    [{ filters: [{ field: 'status', operator: 'eq', value: 'error' }] }, []],
    [{ filters: [{ field: 'tags', operator: 'eq', value: 'eu' }] }, ['busy', 'empty']],
    [
      {
        filters: [
          { field: 'application', operator: 'eq', value: 'lobby' },
          { field: 'version', operator: 'eq', value: 'v2' },
        ],
      },
      ['plain'],
    ],
    [{ order_by: [{ field: 'created_at', order: 'desc' }] }, ['plain', 'empty', 'busy']],
  ])('%j lists %j', async (query, ids) => {
    expect(await listed(query)).toMatchObject(rows(...ids));
  });

  test.each(['{"filters":[{"field":"mood","operator":"eq","value":"x"}]}', '{', '[]'])(
    'the query %s is refused with 400',
    async (query) => {
      const answer = await call('GET', `/v1/deployments?query=${encodeURIComponent(query)}`);
      expect(answer).toMatchObject({ status: 400, body: { message: expect.stringMatching(/^query/) } });
    },
  );

  test('missingMembers: a row has its id, and what is optional', async () => {
    sandbox.faults.set({ missingMembers: 1 });
    expect(await listed()).toMatchObject(rows('busy', 'empty', 'plain'));
    expect(await listed()).not.toHaveProperty('data.0.start_time', expect.anything());
    expect((await statusOf('busy')).body).not.toHaveProperty('current_status', expect.anything());
  });

  test('an account without deployments has an empty list, not a missing API', async () => {
    sandbox.store.clear();
    expect(await call('GET', '/v1/deployments')).toMatchObject({ status: 200, body: rows() });
  });
});
