/** A deleted session is Terminating for a while before it disappears, and counts as stopped all that time. */
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

describe('Terminating, before it disappears', () => {
  beforeEach(() => {
    sandbox.store.add([
      { session_id: 'a', deployment_request_id: 'd1', users: ['10.0.0.1'] },
      { session_id: 'b', deployment_request_id: 'd1' },
    ]);
    sandbox.store.delete('a', 5000);
  });

  test('the list and GetSession show it, and it counts as stopped', async () => {
    expect(await get('/v1/sessions')).toMatchObject({
      data: [
        { session_id: 'b', status: 'Status.READY' },
        { session_id: 'a', status: 'Status.TERMINATING' },
      ],
      total_count: 2,
    });
    expect(await get('/v1/session/a')).toMatchObject({ status: 'Status.TERMINATING', ready: false });
    expect((await call('DELETE', '/v1/session/a')).status).toBe(200);
    expect((await call('PUT', '/v1/session/a/users', { ip_list: ['::1'] })).status).toBe(410);
    expect(sandbox.store.isDeleted('a')).toBe(true);
    expect(sandbox.store.sessions().map((one) => one.session_id)).toEqual(['b']);
  });

  test('after its time it is gone', async () => {
    now += 5000;
    expect(await get('/v1/sessions')).toMatchObject({ data: [{ session_id: 'b' }], total_count: 1 });
    expect((await call('GET', '/v1/session/a')).status).toBe(410);
  });

  test('terminatingGone: 410 for whatever names it, however unknown ids are answered', async () => {
    only({ terminatingGone: 1, unknownId400: 1, gone404: 1 });
    expect((await call('GET', '/v1/session/a')).status).toBe(410);
    expect((await call('DELETE', '/v1/session/a')).status).toBe(410);
    expect((await call('DELETE', '/v1/session/a/users', { ip_list: ['::1'] })).status).toBe(410);
  });

  test('terminatingProcessable: a bulk stop names it, or not', async () => {
    const stop = async () => (await api.bulkStop(sandbox, ['d1'], { field: 'request_id' })).body;
    sandbox.store.delete('b');
    expect(await stop()).toEqual({ processable: [] });
    only({ terminatingProcessable: 1 });
    expect(await stop()).toEqual({ processable: [{ session_id: 'a' }] });
    now += 5000;
    expect(await stop()).toEqual({ processable: [] });
  });

  test('terminatingMs: a session is Terminating for up to this long', async () => {
    only({ terminatingMs: 1000 });
    sandbox.store.add(Array.from({ length: 20 }, (_, index) => ({ session_id: `s${index}` })));
    const ids = Array.from({ length: 20 }, (_, index) => `s${index}`);
    await api.bulkStop(sandbox, ids);
    const shown = () => ids.filter((id) => sandbox.store.terminating(id) !== undefined).length;
    expect(shown()).toBeGreaterThan(15);
    now += 500;
    expect(shown()).toBeGreaterThan(0);
    expect(shown()).toBeLessThan(20);
    now += 500;
    expect(shown()).toBe(0);
  });
});
