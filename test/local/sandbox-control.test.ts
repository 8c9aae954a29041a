/** The /_sandbox routes: settings, the log, seeding and the reset. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, seedPopulation, startSandbox } from '../../local/sandbox/index.ts';
import { KIND, VARIED } from '../../local/sandbox/variety/settings.ts';
import { bulkStop, call, message } from '../support/sandbox.ts';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ rate: Infinity });
});
afterEach(() => sandbox.stop());

const control = (method: string, path: string, body?: unknown) =>
  call(sandbox, method, `/_sandbox/${path}`, body, {});

describe('the settings', () => {
  test('are set, read and cleared over HTTP without a key', async () => {
    const set = await control('PUT', 'faults', { throttle: 0.5, refuse: ['x'] });
    expect(set.body).toMatchObject({ throttle: 0.5, refuse: ['x'], reset: 0, latencyMs: 0 });
    expect((await control('GET', 'faults')).body).toEqual(sandbox.faults.get());
    expect((await control('DELETE', 'faults')).body).toMatchObject({ throttle: 0, refuse: [] });
  });

  test.each([
    [{ throttle: 2 }, 'throttle'],
    [{ latencyMs: 'fast' }, 'latencyMs'],
    [{ operations: ['SessionFly'] }, 'operations.0'],
    [{ notProcessable: 'a' }, 'notProcessable'],
    [{ colour: 1 }, 'colour'],
    [{ variety: { statusWords: 2 } }, 'variety.statusWords'],
    [{ variety: { colour: 1 } }, 'colour'],
    [{ variety: 'none' }, 'variety'],
    [[], 'body'],
    ['nonsense', 'body'],
  ])('%j is refused with 400 that names %s, and the settings stay', async (body, named) => {
    sandbox.faults.set({ reset: 0.25 });
    const answer = await control('PUT', 'faults', body);
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining(named) } });
    expect(sandbox.faults.get().reset).toBe(0.25);
  });

  test('a sandbox is varied unless it is started kind', async () => {
    expect(sandbox.faults.get().variety).toEqual(VARIED);
    const kind = await startSandbox({ kind: true });
    expect(kind.faults.get().variety).toEqual(KIND);
    await kind.stop();
  });

  test('variety: true is all of it, false none, one switch leaves the others; absent and cleared it is as started', async () => {
    const variety = async (body: unknown) => {
      const answer = await control('PUT', 'faults', body);
      expect(answer.status).toBe(200);
      return sandbox.faults.get().variety;
    };
    expect(await variety({ variety: false })).toEqual(KIND);
    expect(await variety({ variety: true })).toEqual(VARIED);
    expect(await variety({ variety: { emptySuccess: true } })).toEqual({ ...VARIED, emptySuccess: 1 });
    expect(await variety({ serverError: 0.5 })).toEqual(VARIED);
    await variety({ variety: false });
    await control('DELETE', 'faults');
    expect(sandbox.faults.get().variety).toEqual(VARIED);
  });
});

describe('the log', () => {
  test('has every request with its operation, body and status, and is emptied on request', async () => {
    sandbox.faults.set({ variety: false });
    sandbox.store.add([{ session_id: 'a', users: ['1.2.3.4'] }]);
    await call(sandbox, 'DELETE', '/v1/session/a/users', { ip_list: ['1.2.3.4'] });
    await call(sandbox, 'GET', '/v1/nothing?x=1');
    expect((await control('GET', 'requests')).body).toEqual([
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
    await control('DELETE', 'requests');
    expect(sandbox.requests()).toEqual([]);
  });

  describe.each([
    ['sessions', 'sessionsBulkStop', 'session_id'],
    ['deployments', 'deploymentsBulkStop', 'request_id'],
  ])('of %s', (of, operation, field) => {
    test.each([
      [{ filters: [{ field, filter_type: 'any', values: ['a'] }] }, false],
      [{ filters: [] }, true],
      [{ filters: [{ field, filter_type: 'any', values: [] }] }, true],
      [{ filters: [{ field, filter_type: 'any', values: [''] }] }, true],
      [{ filters: [{ field, filter_type: 'not', values: ['a'] }] }, true],
    ])('the bulk stop %j is marked dangerous: %s', async (payload, dangerous) => {
      await call(sandbox, 'POST', `/v1/${of}/bulk-stop`, payload);
      expect(sandbox.requests()).toMatchObject([{ operation, dangerous }]);
    });
  });
});

describe('seeding', () => {
  test('takes 10,000 sessions of ten users in one body', async () => {
    const users = Array.from({ length: 10 }, (_, user) => `10.0.0.${user}`);
    const sessions = Array.from({ length: 10_000 }, (_, n) => ({ session_id: `match-${n}-s`, users }));
    expect((await control('POST', 'sessions', sessions)).body).toEqual({ created: 10_000 });
    expect(sandbox.store.get('match-9999-s')?.users).toEqual(users);
  });

  test('what is left out is made up, and the state shows it', async () => {
    await control('POST', 'sessions', [
      {},
      { session_id: 'x', created_at: '2024-05-26T12:00:45Z', linked: true, ready: false },
    ]);
    await control('POST', 'deployments', [{ request_id: 'd1', tags: ['keep'] }]);
    sandbox.store.add([{ session_id: 'y' }]);
    await bulkStop(sandbox, ['y']);
    expect((await control('GET', 'state')).body).toMatchObject({
      sessions: [
        { session_id: expect.stringMatching(/-s$/), users: [] },
        { session_id: 'x', created_at: Date.UTC(2024, 4, 26, 12, 0, 45), linked: true, ready: false },
      ],
      deleted: ['y'],
      deployments: [{ request_id: 'd1', tags: ['keep'], status: 'Ready' }],
    });
  });

  test('all or none: an id that is taken, deleted or wrong refuses the whole body', async () => {
    sandbox.store.add([{ session_id: 'taken' }, { session_id: 'deleted' }]);
    sandbox.store.delete('deleted');
    const seed = (...sessions: unknown[]) => control('POST', 'sessions', sessions);
    expect((await seed({ session_id: 'new' }, { session_id: 'taken' })).status).toBe(409);
    expect((await seed({ session_id: 'new' }, { session_id: 'deleted' })).status).toBe(409);
    const wrong = await seed({ session_id: 'new' }, { users: ['nobody'] });
    expect(wrong).toMatchObject({ status: 400, body: { message: expect.stringMatching(/^1\.users\.0: /) } });
    expect(sandbox.store.get('new')).toBeUndefined();
    await control('POST', 'deployments', [{ request_id: 'd1' }]);
    expect((await control('POST', 'deployments', [{}, { request_id: 'd1' }])).status).toBe(409);
    expect(sandbox.store.deployments.all()).toHaveLength(1);
  });

  test('the evening is a few dozen sessions on several deployments, abc123-s among them', () => {
    const now = Date.UTC(2026, 0, 1);
    seedPopulation(sandbox.store, now);
    const sessions = sandbox.store.sessions();
    expect(sandbox.store.get('abc123-s')?.users.length).toBeGreaterThan(0);
    expect(sessions.length).toBeGreaterThanOrEqual(36);
    expect(sessions.every((one) => one.created_at < now && one.created_at > now - 48 * 3_600_000)).toBe(true);
    expect(new Set(sessions.map((one) => one.deployment_request_id)).size).toBeGreaterThan(4);
  });

  test('the evening has deployments left running without sessions', () => {
    seedPopulation(sandbox.store);
    const linked = new Set(sandbox.store.sessions().map((one) => one.deployment_request_id));
    const idle = sandbox.store.deployments.running().filter(({ request_id }) => !linked.has(request_id));
    expect(idle.length).toBeGreaterThanOrEqual(3);
    expect(idle.some(({ session_based }) => session_based)).toBe(true);
    expect(idle.some(({ session_based }) => !session_based)).toBe(true);
  });
});

describe('POST /_sandbox/reset', () => {
  test.each([
    [{ to: 'empty' }, false],
    [{ to: 'evening' }, true],
    [undefined, true],
  ])('%j forgets sessions, deployments, faults and the log; with the evening: %s', async (body, evening) => {
    sandbox.store.add([{ session_id: 'mine', deployment_request_id: 'd1' }]);
    sandbox.store.delete('mine');
    sandbox.faults.set({ reset: 0.25, variety: false });
    await call(sandbox, 'GET', '/v1/sessions').catch(() => undefined);
    expect((await control('POST', 'reset', body)).status).toBe(200);
    expect(sandbox.store.isDeleted('mine')).toBe(false);
    expect(sandbox.store.deployments.get('d1')).toBeUndefined();
    expect(sandbox.store.get('abc123-s') !== undefined).toBe(evening);
    expect(sandbox.faults.get()).toMatchObject({ reset: 0, variety: VARIED });
    expect(sandbox.requests()).toEqual([]);
  });

  test('refuses anything else with 400 and changes nothing', async () => {
    sandbox.store.add([{ session_id: 'mine' }]);
    expect(await control('POST', 'reset', { to: 'yesterday' })).toMatchObject({ status: 400, body: message });
    expect(sandbox.store.get('mine')).toBeDefined();
  });
});

test('a port that is taken is named in the error', async () => {
  await expect(startSandbox({ port: sandbox.port })).rejects.toThrow(`127.0.0.1:${sandbox.port}`);
});
