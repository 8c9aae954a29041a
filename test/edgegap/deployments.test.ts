/**
 * The client's operations on deployments over real HTTP: what they ask, what they make of answers, what is never
 * sent, and their own limits. Expected values are those of the API's descriptions of 2024 and 2026.
 */
import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { SessionsClient } from '../../lib/edgegap/client.ts';
import { createSessionsClient } from '../../lib/edgegap/client.ts';
import { startSandbox } from '../../local/sandbox/index.ts';
import { listenLocally } from '../support/http.ts';
import { seedDeployments } from '../support/sandbox.ts';
import type { ScriptedAnswer } from '../support/scripted-api.ts';
import { atEnd, failure, KEY, scripted, soon } from './scripted.ts';

const filter = { field: 'request_id' as const, filter_type: 'any' as const, values: ['a', 'b'] };
const filters = [filter];
const answered = (body: unknown, status = 200): ScriptedAnswer => ({ status, body });

describe('each operation asks as the API documents it', () => {
  type Row = [string, (client: SessionsClient) => Promise<unknown>, unknown, string, unknown];
  const query = encodeURIComponent('{"filters":[{"field":"status","operator":"eq","value":"ready"}]}');
  const operations: Row[] = [
    [
      'deploymentStop',
      (c) => c.deploymentStop('a1'),
      { message: 'a1 - Delete request will be processed soon' },
      'DELETE /v1/stop/a1',
      undefined,
    ],
    [
      'deploymentsBulkStop',
      (c) => c.deploymentsBulkStop({ filters }),
      { processable: [] },
      'POST /v1/deployments/bulk-stop',
      { filters },
    ],
    [
      'listDeployments',
      (c) => c.listDeployments({ page: 2, limit: 5 }),
      { data: [] },
      'GET /v1/deployments?page=2&limit=5',
      undefined,
    ],
    [
      'listDeployments with a filter',
      (c) => c.listDeployments({ filters: [{ field: 'status', operator: 'eq', value: 'ready' }] }),
      { data: [] },
      `GET /v1/deployments?query=${query}`,
      undefined,
    ],
    [
      'deploymentStatus',
      (c) => c.deploymentStatus('a1'),
      { request_id: 'a1' },
      'GET /v1/status/a1',
      undefined,
    ],
  ];
  test.each(operations)('%s', async (_, call, body, line, sent) => {
    const { client, seen } = await scripted([answered(body)]);
    await call(client);
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([line]);
    expect(seen[0]?.authorization).toBe(`token ${KEY}`);
    expect(seen[0]?.body === '' ? undefined : JSON.parse(seen[0]?.body ?? '')).toEqual(sent);
  });

  test('all of them are repeated while the API does not answer', async () => {
    const { client, seen } = await scripted([{ status: 503 }, 'reset', answered({}, 202)]);
    await client.deploymentStop('a');
    expect(seen).toHaveLength(3);
  });
});

describe('a 2xx to a stop says that it happens, whatever the answer holds', () => {
  const odd: [string, ScriptedAnswer][] = [
    ['a 202 with a message', answered({ message: 'soon' }, 202)],
    ['a 200 with a summary', answered({ message: 'soon', deployment_summary: { request_id: 'a' } })],
    ['a 204', { status: 204, body: '' }],
    ['HTML', answered('<html>')],
    ['null', answered('null')],
    ['members of other types', answered({ message: 7, processable: 7 })],
  ];
  test.each(odd)('deploymentStop: %s', async (_, answer) => {
    const { client, seen } = await scripted([answer]);
    await client.deploymentStop('a');
    expect(seen).toHaveLength(1);
  });

  test.each(odd.slice(2))('deploymentsBulkStop: %s proves nothing', async (_, answer) => {
    const { client, seen } = await scripted([answer]);
    expect((await client.deploymentsBulkStop({ filters })).processable).toBeUndefined();
    expect(seen).toHaveLength(1);
  });
});

describe('the bulk stop says which deployments are stopped', () => {
  const entries: [string, unknown, string[] | undefined][] = [
    ['objects', [{ request_id: 'a' }, { request_id: 'b', more: 1 }], ['a', 'b']],
    ['plain ids', ['a', 'b'], ['a', 'b']],
    ['a mixture, with entries that are neither', ['a', { request_id: 'b' }, null, 7], ['a', 'b']],
    ['none', [], []],
    ['ids of sessions: nothing is proven', [{ session_id: 'a' }], undefined],
    ['null: nothing is proven', null, undefined],
  ];
  test.each(
    entries.flatMap(([what, body, ids]) => [200, 202].map((status) => [status, what, body, ids] as const)),
  )('%i: %s', async (status, _, processable, ids) => {
    const { client } = await scripted([answered({ processable }, status)]);
    expect((await client.deploymentsBulkStop({ filters })).processable).toEqual(ids);
  });
});

describe('answers are read tolerantly', () => {
  const members = ['ready', 'start_time', 'tags', 'sockets_usage', 'is_joinable_by_session', 'fqdn'];
  test.each([null, { x: 1 }, undefined])('a row whose members are %j: unknown', async (value) => {
    const row = { request_id: 'a', ...Object.fromEntries(members.map((name) => [name, value])) };
    const { client } = await scripted([answered({ data: [row, { fqdn: 'x' }] })]);
    const { data = [], unreadable } = await client.listDeployments();
    expect(data.map(({ request_id }) => request_id)).toEqual(['a']);
    expect(unreadable).toBe(1);
    const [{ request_id: _, ...others } = { request_id: '' }] = data;
    expect(Object.values(others).every((member) => member === undefined)).toBe(true);
  });

  test.each([null, { x: 1 }, undefined])('a status whose members are %j: unknown', async (value) => {
    const names = ['current_status', 'app_name', 'sessions', 'sockets_usage', 'start_time', 'tags', 'error'];
    const body = { request_id: 'a', ...Object.fromEntries(names.map((name) => [name, value])) };
    const { client } = await scripted([answered(body)]);
    const { request_id, ...others } = await client.deploymentStatus('a');
    expect(request_id).toBe('a');
    expect(Object.values(others).every((member) => member === undefined)).toBe(true);
  });

  test('an account without deployments has an empty list, also where `data` is absent or null', async () => {
    for (const body of [{ data: [] }, { data: null }, { total_count: 0 }]) {
      const { client } = await scripted([answered(body)]);
      expect((await client.listDeployments()).data ?? []).toEqual([]);
    }
  });

  test.each(['<html>', '[]', { data: 'x' }])('a list that is %j cannot be used', async (body) => {
    const { client } = await scripted([answered(body)]);
    expect(await failure(client.listDeployments({}, soon()))).toMatchObject({ code: 'INVALID_ANSWER' });
  });

  test('a status without a request id cannot be used', async () => {
    const { client } = await scripted([answered({ current_status: 'Status.READY' })]);
    expect(await failure(client.deploymentStatus('a', soon()))).toMatchObject({ code: 'INVALID_ANSWER' });
  });
});

describe('the deployments of an API', () => {
  async function sandboxWith(count: number) {
    const sandbox = await startSandbox({ rate: Number.POSITIVE_INFINITY, kind: true });
    atEnd(sandbox.stop);
    const ids = Array.from({ length: count }, (_, index) => `d${index}`);
    sandbox.store.deployments.add(ids.map((request_id) => ({ request_id })));
    const { client } = await scripted([], { baseUrl: sandbox.url, apiKey: () => 'sandbox-key' });
    return { client, ids, sandbox };
  }

  test('allDeployments yields those of all pages', async () => {
    const { client, ids } = await sandboxWith(250);
    const listed = await Array.fromAsync(client.allDeployments(), ({ request_id }) => request_id);
    expect(listed.toSorted()).toEqual(ids.toSorted());
  });

  test('deploymentsRollCall returns those of all pages, and whether they are all', async () => {
    const { client, ids } = await sandboxWith(250);
    const { deployments, steady } = await client.deploymentsRollCall();
    expect([...deployments.keys()].toSorted()).toEqual(ids.toSorted());
    expect(steady).toBe(true);
  });

  test('a filter of the list is the API’s', async () => {
    const { client, sandbox } = await sandboxWith(0);
    seedDeployments(sandbox, Date.now());
    const { data = [] } = await client.listDeployments({
      filters: [{ field: 'tags', operator: 'eq', value: 'us' }],
    });
    expect(data.map(({ request_id }) => request_id)).toEqual(['plain']);
  });
});

describe('what must never be sent is not', () => {
  const payloads: [string, object[]][] = [
    ['no filter', []],
    ['two filters', [filter, filter]],
    ['no values', [{ ...filter, values: [] }]],
    ['an empty value', [{ ...filter, values: ['a', ' '] }]],
    ['a negation', [{ ...filter, filter_type: 'not' }]],
    ['a field that only sessions have', [{ ...filter, field: 'session_id' }]],
  ];
  test.each(payloads)('a bulk stop with %s', async (_, given) => {
    const { client, seen } = await scripted([answered({ processable: [] })]);
    const payload = { filters: given } as Parameters<typeof client.deploymentsBulkStop>[0];
    expect(await failure(client.deploymentsBulkStop(payload))).toMatchObject({ code: 'GUARDED' });
    expect(seen).toEqual([]);
  });

  test.each(['', '.', '..', '../x', 'a/b', 'a b', 'x'.repeat(129)])('a request id that is %j', async (id) => {
    const { client, seen } = await scripted([answered({})]);
    expect(await failure(client.deploymentStop(id))).toMatchObject({ code: 'GUARDED' });
    expect(await failure(client.deploymentStatus(id))).toMatchObject({ code: 'GUARDED' });
    expect(seen).toEqual([]);
  });
});

describe('the published limits of an operation are kept beside the client’s', () => {
  /** An API that keeps when requests arrived, by path. */
  async function arrivalsOf(rate: number, calls: (client: SessionsClient) => Promise<unknown>[]) {
    const arrivals: { path: string; at: number }[] = [];
    const server = createServer((request, response) => {
      arrivals.push({ path: request.url ?? '', at: performance.now() });
      request.resume();
      response.end('{"request_id":"a","session_id":"a","data":[]}');
    });
    const { url, stop } = await listenLocally(server);
    atEnd(stop);
    const options = { baseUrl: url, apiKey: () => KEY, rate, concurrency: 50, timeoutMs: 5000 };
    await Promise.all(calls(createSessionsClient(options)));
    const of = (prefix: string) => arrivals.filter(({ path }) => path.startsWith(prefix)).map(({ at }) => at);
    const busiest = (prefix: string) =>
      Math.max(...of(prefix).map((from) => of(prefix).filter((at) => at >= from && at < from + 1000).length));
    return { busiest, last: (prefix: string) => Math.max(...of(prefix)) };
  }
  const times = <T>(count: number, call: () => T) => Array.from({ length: count }, call);

  test('at most 10 lists and 20 status calls arrive in a second, and others do not wait for them', async () => {
    const { busiest, last } = await arrivalsOf(1000, (client) => [
      ...times(12, () => client.listDeployments()),
      ...times(24, () => client.deploymentStatus('a')),
      ...times(40, () => client.sessionDelete('a')),
    ]);
    expect(busiest('/v1/deployments')).toBeLessThanOrEqual(10);
    expect(busiest('/v1/status')).toBeLessThanOrEqual(20);
    expect(last('/v1/session/')).toBeLessThan(last('/v1/deployments'));
  });

  test('a client with a lower rate keeps that one', async () => {
    const { busiest } = await arrivalsOf(4, (client) => times(7, () => client.deploymentStatus('a')));
    expect(busiest('/v1/status')).toBeLessThanOrEqual(4);
  });
});
