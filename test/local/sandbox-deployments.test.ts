/** The sandbox's operations on deployments: their life cycle, and the answers of both published descriptions. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../local/sandbox/index.ts';
import { GONE_IN_2026 } from '../support/published-description.ts';
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

describe('the life cycle', () => {
  test('until it is ready a deployment goes through the words of the platform', async () => {
    sandbox.store.deployments.add([{ request_id: 'd1', ready_after_ms: 5000 }]);
    const words: unknown[] = [];
    for (let step = 0; step <= 5; step += 1) {
      words.push(Reflect.get(Object((await statusOf('d1')).body), 'current_status'));
      now += 1000;
    }
    expect(words).toEqual([
      'Status.INITIALIZING',
      'Status.SEEKING',
      'Status.SEEKED',
      'Status.SCANNING',
      'Status.DEPLOYING',
      'Status.READY',
    ]);
  });

  test('one that failed is in error, with its reason', async () => {
    sandbox.store.deployments.add([{ request_id: 'd1', failed: true }]);
    expect((await statusOf('d1')).body).toMatchObject({
      current_status: 'Status.ERROR',
      running: false,
      error: true,
      error_detail: expect.any(String),
    });
  });

  test('stopped, it is terminated: its status is unknown, a second stop is 410', async () => {
    seed();
    expect((await stop('empty')).status).toBe(200);
    expect(sandbox.store.deployments.isStopped('empty')).toBe(true);
    expect(await statusOf('empty')).toMatchObject({ status: 404, body: message });
    expect(await stop('empty')).toMatchObject({ status: 410, body: message });
    expect(await listed()).toMatchObject(rows('busy', 'plain'));
  });

  test('one that is not ready yet stops once it is', async () => {
    sandbox.store.deployments.add([{ request_id: 'd1', ready_after_ms: 5000 }]);
    expect((await stop('d1')).status).toBe(200);
    expect(sandbox.store.deployments.running()).toEqual([]);
    expect(await listed()).toMatchObject(rows('d1'));
    now += 5000;
    expect(await listed()).toMatchObject(rows());
  });

  test('while it is Terminating it is listed, and stopping it again is no error', async () => {
    seed();
    sandbox.store.deployments.stop('busy', 5000);
    expect((await statusOf('busy')).body).toMatchObject({
      current_status: 'Status.TERMINATING',
      running: false,
    });
    expect(await listed()).toMatchObject(rows('busy', 'empty', 'plain'));
    expect((await stop('busy')).status).toBe(202);
    sandbox.faults.set({ variety: { terminatingGone: 1 } });
    expect((await stop('busy')).status).toBe(410);
    now += 5000;
    expect(await listed()).toMatchObject(rows('empty', 'plain'));
  });

  test('its sessions stay: stopping a deployment does not delete them', async () => {
    seed();
    await stop('busy');
    expect(sandbox.store.sessions().map((one) => one.session_id)).toEqual(['a', 'b']);
  });

  test('a deployment that a session names exists, with the tags of the session', async () => {
    sandbox.store.add([{ session_id: 'a', deployment_request_id: 'd1', tags: ['x'] }]);
    expect((await statusOf('d1')).body).toMatchObject({ tags: ['x'], sessions: [{ session_id: 'a' }] });
  });
});

describe('ids', () => {
  test('an unknown one is 404, or 400 with unknownId400; a malformed one is 400', async () => {
    expect(await statusOf('nobody')).toMatchObject({ status: 404, body: message });
    expect((await stop('nobody')).status).toBe(404);
    expect(await statusOf('a%20b')).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/^request_id: /) },
    });
    sandbox.faults.set({ variety: { unknownId400: 1 } });
    expect((await statusOf('nobody')).status).toBe(400);
    expect((await stop('nobody')).status).toBe(400);
  });

  test('the status of a terminated one may still be there', async () => {
    seed();
    await stop('empty');
    sandbox.faults.set({ variety: { terminatedShown: 1 } });
    expect(await statusOf('empty')).toMatchObject({
      status: 200,
      body: { current_status: 'Status.TERMINATED', removal_time: '2026-04-24 12:00:00.000000' },
    });
  });
});

describe('2024 and 2026', () => {
  beforeEach(seed);

  test('2024: sessions and their sockets, as far as the app is session based', async () => {
    expect((await statusOf('busy')).body).toMatchObject({
      sessions: [{ session_id: 'a' }, { session_id: 'b' }],
      sockets_usage: 2,
      whitelisting_active: false,
    });
    expect((await statusOf('empty')).body).toMatchObject({ sessions: [], sockets_usage: 0 });
    const { body } = await statusOf('plain');
    expect(body).not.toHaveProperty('sessions');
    expect(body).not.toHaveProperty('sockets_usage');
  });

  test('2026: neither of them, but the longest duration', async () => {
    sandbox.faults.set({ variety: { deployments2026: 1 } });
    const { body } = await statusOf('busy');
    expect(body).toMatchObject({ request_id: 'busy', max_duration: 1440 });
    for (const name of GONE_IN_2026) expect(body).not.toHaveProperty(name);
    expect(JSON.stringify(await listed())).not.toContain('sockets');
  });

  test('a stop is 200 with a summary in 2024, 202 with a message alone in 2026', async () => {
    expect(await stop('busy')).toMatchObject({
      status: 200,
      body: { ...message, deployment_summary: { request_id: 'busy', sessions: [{}, {}] } },
    });
    sandbox.faults.set({ variety: { deployments2026: 1 } });
    expect(await stop('empty')).toMatchObject({ status: 202, body: message });
  });

  test('a bulk stop is 200 in 2024, 202 in 2026', async () => {
    expect(await bulkStop(['busy'])).toMatchObject({
      status: 200,
      body: { processable: [{ request_id: 'busy' }] },
    });
    sandbox.faults.set({ variety: { deployments2026: 1 } });
    expect(await bulkStop(['empty'])).toMatchObject({
      status: 202,
      body: { processable: [{ request_id: 'empty' }] },
    });
  });
});
