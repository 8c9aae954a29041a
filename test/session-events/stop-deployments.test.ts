/**
 * Deployments are stopped on evidence, by the fewest calls (DESIGN sections 4, 5 and 13): whole batches against an API
 * that is not our sandbox, and that leaves out, denies and contradicts.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openMemory } from '../../lib/memory/memory.ts';
import type { BatchEnvironment, BatchReport } from '../../lib/session-events/batch.ts';
import { batchEnvironment, handleRecords } from '../support/batch.ts';
import type { ForeignSession, Override } from '../support/foreign-api.ts';
import { startForeignApi } from '../support/foreign-api.ts';
import { startMemoryTable, TABLE } from '../support/memory-table.ts';
import { sqsRecord } from '../support/records.ts';

type Api = Awaited<ReturnType<typeof startForeignApi>>;

const running: Api[] = [];
afterEach(async () => {
  for (const api of running.splice(0)) await api.stop();
});

interface World {
  deployments?: readonly string[];
  sessions?: Record<string, ForeignSession>;
  override?: Override;
  budgetCalls?: number;
}

/** An environment of session-events in front of such an API. `handle` takes bodies, and attributes for all of them. */
async function environment(
  { deployments = [], sessions = {}, override, budgetCalls = 5000 }: World,
  more: Partial<BatchEnvironment> = {},
) {
  const api = await startForeignApi(sessions, override, deployments);
  running.push(api);
  const own = { ...batchEnvironment(api.url, { budgetCalls }), ...more };
  const send = (bodies: readonly object[], attributes: Record<string, string> = {}) =>
    handleRecords(
      own,
      bodies.map((body, index) => sqsRecord(body, `m${index}`, attributes)),
    );
  return { api, send };
}

const finished = (...deployment_request_ids: string[]) => ({
  type: 'deployment.finished',
  data: { deployment_request_ids },
});
const endedOn = (deployment_request_id: string, stop_deployment?: boolean) => ({
  type: 'match.ended',
  data: { deployment_request_id, stop_deployment },
});
/** The outcome of a record is the worst of its parts: that its sessions are deleted (done) hides that it was gone. */
const kinds = ({ outcomes }: BatchReport) => outcomes.map(({ kind }) => kind);
const codes = ({ outcomes }: BatchReport) => outcomes.map(({ code }) => code);
const ids = (count: number, prefix = 'd') => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const on =
  (operation: string, answer: Override): Override =>
  (request, count) =>
    request.operation === operation ? answer(request, count) : undefined;
const count = (api: Api, operation: string) => api.operations().filter((one) => one === operation).length;
/** A deployment's bulk stop that leaves these out of its answer, and does not stop them. */
const sparing =
  (api: () => Api, ...spared: string[]): Override =>
  ({ operation, body }) => {
    if (operation !== 'deploymentsBulkStop') return undefined;
    const asked = (body.filters?.[0]?.values ?? []).filter((id) => !spared.includes(id));
    const processable = asked.filter((id) => api().deployments.delete(id));
    return { status: 202, body: { processable: processable.map((request_id) => ({ request_id })) } };
  };

describe('the fewest calls', () => {
  test('one deployment is stopped by name, then its sessions are deleted', async () => {
    const sessions = { a: { deployment: 'd' }, b: { deployment: 'd' }, c: { deployment: 'other' } };
    const { api, send } = await environment({ deployments: ['d', 'other'], sessions });
    expect(kinds(await send([finished('d')]))).toEqual(['done']);
    expect([...api.deployments]).toEqual(['other']);
    expect([...api.sessions.keys()]).toEqual(['c']);
    expect(api.operations()).toEqual(['deploymentStop', 'sessionsBulkStop', 'sessionsBulkStop']);
  });

  test('events about many deployments, and repeats among them, are one bulk stop', async () => {
    const { api, send } = await environment({ deployments: ids(3) });
    const report = await send([finished('d0', 'd1'), finished('d1'), endedOn('d2', true), finished('d0')]);
    expect(new Set(kinds(report))).toEqual(new Set(['done']));
    expect(api.deployments.size).toBe(0);
    expect(api.operations()).toEqual(['deploymentsBulkStop', 'sessionsBulkStop']);
  });

  test('1,000 deployments that finish together, with and without sessions: 6 calls at most', async () => {
    for (const sessionsOf of [0, 2]) {
      const names = ids(1000);
      const sessions = Object.fromEntries(
        names.flatMap((deployment) =>
          ids(sessionsOf, `${deployment}-s`).map((id): [string, ForeignSession] => [id, { deployment }]),
        ),
      );
      const { api, send } = await environment({ deployments: names, sessions });
      const report = await send(names.map((id) => finished(id)));
      expect(new Set(kinds(report))).toEqual(new Set(['done']));
      expect([api.deployments.size, api.sessions.size]).toEqual([0, 0]);
      console.info(`1,000 deployments with ${sessionsOf} sessions each: ${api.requests.length} calls`);
      expect(api.requests.length).toBeLessThanOrEqual(6);
    }
  });

  test('a repeat of an event that is done needs no call', async () => {
    const { api, send } = await environment({ deployments: ids(3) });
    await send([finished(...ids(3))]);
    const before = api.requests.length;
    expect(kinds(await send([finished('d1'), endedOn('d2', true)]))).toEqual(['gone', 'gone']);
    expect(api.requests.length).toBe(before);
  });

  test('match.ended stops a deployment only where that is asked for', async () => {
    const { api, send } = await environment({ deployments: ['d'], sessions: { a: { deployment: 'd' } } });
    expect(kinds(await send([endedOn('d'), endedOn('d', false)]))).toEqual(['done', 'done']);
    expect([...api.deployments]).toEqual(['d']);
    expect(api.sessions.size).toBe(0);
  });

  test('of a deployment that is stopped, every session goes, however late the event is', async () => {
    const after = { deployment: 'd', created: '2026-01-03 00:00:00.000000' };
    const { api, send } = await environment({ deployments: ['d'], sessions: { after } });
    const late = { ...finished('d'), time: '2026-01-02T00:00:00Z' };
    expect(kinds(await send([late], { ApproximateReceiveCount: '4' }))).toEqual(['done']);
    expect([api.deployments.size, api.sessions.size]).toEqual([0, 0]);
  });
});

describe('a deployment that a bulk stop leaves out', () => {
  test('is stopped by name', async () => {
    const world: { api?: Api } = {};
    const lenient = await environment({
      deployments: ids(5),
      override: sparing(() => world.api ?? lenient.api, 'd1', 'd3'),
    });
    expect(kinds(await lenient.send(ids(5).map((id) => finished(id))))).toEqual(ids(5).map(() => 'done'));
    expect(lenient.api.deployments.size).toBe(0);
    expect(count(lenient.api, 'deploymentStop')).toBe(2);
  });

  test.each([
    ['an empty list', { processable: [] }],
    ['null', { processable: null }],
    ['nothing', ''],
    ['another shape', { stopped: 5 }],
  ])('is not gone where every answer is %s', async (_, body) => {
    const { api, send } = await environment({
      deployments: ids(5),
      override: on('deploymentsBulkStop', () => ({ status: 202, body })),
    });
    expect(kinds(await send([finished(...ids(5))]))).toEqual(['done']);
    expect(api.deployments.size).toBe(0);
  });

  test('is gone where the list of all deployments does not hold it', async () => {
    const { api, send } = await environment({ deployments: ['other'] });
    expect(kinds(await send([finished('a', 'b'), finished('c')]))).toEqual(['done', 'done']);
    expect(api.operations().slice(0, 3)).toEqual([
      'deploymentsBulkStop',
      'deploymentsBulkStop',
      'listDeployments',
    ]);
    expect([...api.deployments]).toEqual(['other']);
  });

  test('waits where the budget does not reach its proof, and the next receive goes on', async () => {
    const { api, send } = await environment({
      deployments: ids(30),
      override: on('deploymentsBulkStop', () => ({ status: 202, body: { processable: [] } })),
      budgetCalls: 10,
    });
    const report = await send(ids(30).map((id) => finished(id)));
    const waiting = kinds(report).filter((kind) => kind === 'waiting').length;
    expect(waiting).toBeGreaterThan(0);
    expect(codes(report)).toContain('NOT_PROVEN');
    expect(api.deployments.size).toBe(waiting);
  });

  test('1,000 events about deployments long gone are a handful of calls', async () => {
    const { api, send } = await environment({ deployments: ids(250, 'other'), budgetCalls: 20 });
    const report = await send(ids(1000).map((id) => finished(id)));
    expect(new Set(kinds(report))).toEqual(new Set(['done']));
    console.info(`1,000 deployments long gone: ${api.requests.length} calls`);
    expect(api.requests.length).toBeLessThanOrEqual(12);
    expect(api.deployments.size).toBe(250);
  });
});

describe('a server that stops itself meanwhile is a success', () => {
  test.each([
    ['410', { status: 410, body: { message: 'already terminated' } }],
    ['404, and the list does not hold it', undefined],
  ])('%s', async (_, answer) => {
    const { send } = await environment({ override: on('deploymentStop', () => answer) });
    expect(kinds(await send([finished('d')]))).toEqual(['done']);
  });

  test('410 is remembered: a repeat needs no call', async () => {
    const { api, send } = await environment({ override: on('deploymentStop', () => ({ status: 410 })) });
    await send([finished('d')]);
    const before = api.requests.length;
    expect(kinds(await send([finished('d')]))).toEqual(['gone']);
    expect(api.requests.length).toBe(before);
  });

  test.each(['Terminating', 'Status.TERMINATING', 'Terminated', 'Status.TERMINATED', 'status.terminated'])(
    '400, and its status is %s',
    async (current_status) => {
      const { send } = await environment({
        override: ({ operation, id }) => {
          if (operation === 'deploymentStop') return { status: 400, body: { message: 'cannot be stopped' } };
          if (operation !== 'deploymentStatus') return undefined;
          return { status: 200, body: { request_id: id, current_status } };
        },
      });
      expect(kinds(await send([finished('d')]))).toEqual(['done']);
    },
  );

  test.each([400, 404, 410])('400, and its status is answered with %i', async (status) => {
    const { send } = await environment({
      override: ({ operation }) => {
        if (operation === 'deploymentStop') return { status: 400, body: { message: 'unknown' } };
        return operation === 'deploymentStatus' ? { status, body: { message: 'unknown' } } : undefined;
      },
    });
    expect(kinds(await send([finished('d')]))).toEqual(['done']);
  });
});

describe('an answer that is no evidence', () => {
  test('404 to everything acknowledges nothing', async () => {
    const { send } = await environment({ override: () => ({ status: 404, body: { message: 'Not Found' } }) });
    const report = await send([finished('a'), finished('b', 'c')]);
    expect([kinds(report), codes(report)]).toEqual([
      ['retry', 'retry'],
      ['SURFACE_MISSING', 'SURFACE_MISSING'],
    ]);
  });

  test('404 to one stop, while the list is not there', async () => {
    const { send } = await environment({ override: on('listDeployments', () => ({ status: 404 })) });
    const report = await send([finished('a')]);
    expect([kinds(report), codes(report)]).toEqual([['retry'], ['SURFACE_MISSING']]);
  });

  test('404, while the list fails', async () => {
    const { send } = await environment({ override: on('listDeployments', () => ({ status: 503 })) });
    const report = await send([finished('a')]);
    expect([kinds(report), codes(report)]).toEqual([['retry'], ['UNAVAILABLE']]);
  });

  test('400 to everything acknowledges nothing, and kills nothing', async () => {
    const { send } = await environment({ override: () => ({ status: 400, body: { message: 'bad' } }) });
    expect(kinds(await send([finished('a')]))).toEqual(['retry']);
  });

  test('404 for a deployment that the list holds is a contradiction, and no success', async () => {
    const { send } = await environment({
      deployments: ['a'],
      override: on('deploymentStop', () => ({ status: 404 })),
    });
    const report = await send([finished('a')]);
    expect([kinds(report), codes(report)]).toEqual([['retry'], ['NOT_FOUND']]);
  });

  test('403, which may be the key: the event is tried again', async () => {
    const { send } = await environment({
      deployments: ['a'],
      override: on('deploymentStop', () => ({ status: 403 })),
    });
    const report = await send([finished('a')]);
    expect([kinds(report), codes(report)]).toEqual([['retry'], ['UNAUTHORIZED']]);
  });

  test('an account without deployments is not an API that is missing', async () => {
    const { send } = await environment({
      override: on('listDeployments', () => ({ status: 200, body: {} })),
    });
    expect(kinds(await send([finished('a')]))).toEqual(['done']);
  });
});

describe('a stop that is refused for good', () => {
  test.each([400, 409, 413, 422])(
    '%i is a dead letter; its sessions are deleted all the same',
    async (status) => {
      const { api, send } = await environment({
        deployments: ['d'],
        sessions: { a: { deployment: 'd' } },
        override: on('deploymentStop', () => ({ status, body: { message: 'not this one' } })),
      });
      const report = await send([finished('d')]);
      expect(report.outcomes).toMatchObject([
        { kind: 'dead', code: 'REFUSED', reason: expect.stringContaining('not this one') },
      ]);
      expect(api.sessions.size).toBe(0);
    },
  );

  test('of one among many: the others are stopped', async () => {
    const refuses = (id: string) => id === 'd3';
    const { api, send } = await environment({
      deployments: ids(10),
      override: ({ operation, id, body }) => {
        const named = [id, ...(operation === 'deploymentsBulkStop' ? (body.filters?.[0]?.values ?? []) : [])];
        const isStop = operation === 'deploymentStop' || operation === 'deploymentsBulkStop';
        return isStop && named.some(refuses) ? { status: 400, body: { message: 'refused' } } : undefined;
      },
    });
    const report = await send(ids(10).map((id) => finished(id)));
    expect(kinds(report)).toEqual(ids(10).map((id) => (refuses(id) ? 'dead' : 'done')));
    expect([...api.deployments]).toEqual(['d3']);
  });
});

describe('an account whose session operations are not there', () => {
  const withoutSessions: Override = ({ operation }) =>
    /session/i.test(operation) || operation === 'none'
      ? { status: 404, body: { message: 'no route' } }
      : undefined;

  test('stops deployments all the same: the address is right, and there are no sessions', async () => {
    const { api, send } = await environment({ deployments: ids(3), override: withoutSessions });
    expect(kinds(await send([finished('d0'), finished('d1', 'd2')]))).toEqual(['done', 'done']);
    expect(api.deployments.size).toBe(0);
  });

  test('keeps events about sessions', async () => {
    const { send } = await environment({ deployments: ['d'], override: withoutSessions });
    const report = await send([finished('d'), endedOn('other')]);
    expect([kinds(report), codes(report)]).toEqual([
      ['done', 'retry'],
      [undefined, 'SURFACE_MISSING'],
    ]);
  });
});

test('a stop that fails does not keep the sessions, nor the other events of the batch', async () => {
  const { api, send } = await environment({
    deployments: ['d'],
    sessions: { a: { deployment: 'd' }, b: {} },
    override: on('deploymentStop', () => ({ status: 503 })),
  });
  const report = await send([finished('d'), { type: 'match.ended', data: { session_id: 'b' } }]);
  expect(kinds(report)).toEqual(['retry', 'done']);
  expect(api.sessions.size).toBe(0);
});

describe('every stop leaves an audit line', () => {
  async function auditOf(world: World, ...bodies: object[]): Promise<object[]> {
    const { send } = await environment(world);
    const lines: string[] = [];
    const write = vi
      .spyOn(process.stdout, 'write')
      .mockImplementation((line) => lines.push(String(line)) > 0);
    await send(bodies);
    write.mockRestore();
    return lines
      .map((line): { message?: string } => JSON.parse(line))
      .filter((one) => one.message === 'audit');
  }
  const event = (id: string, ...ids_: string[]) => ({ ...finished(...ids_), id });

  test('by name', async () => {
    const world = { deployments: ['d'] };
    expect((await auditOf(world, event('e1', 'd')))[0]).toMatchObject({
      ...{ operation: 'deploymentStop', targets: ['d'], events: ['e1'], by: ['deployment.finished'] },
      ...{ outcome: 'done', status: 202, call: 1 },
    });
  });

  test('by bulk: what is done, and what the answer leaves open and the list then settles', async () => {
    const lines = await auditOf({ deployments: ['a'] }, event('e1', 'a', 'b'), event('e2', 'c'));
    const bulk = { operation: 'deploymentsBulkStop' };
    expect(lines).toContainEqual(expect.objectContaining({ ...bulk, outcome: 'done', targets: ['a'] }));
    expect(lines).toContainEqual(
      expect.objectContaining({ ...bulk, outcome: 'open', targets: ['b', 'c'], events: ['e1', 'e2'] }),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({ operation: 'none', outcome: 'gone', targets: ['b', 'c'] }),
    );
  });
});

test('what one environment stopped, another one with the same memory does not stop again', async () => {
  const memoryTable = await startMemoryTable();
  const shared = () => ({ memory: openMemory({ table: TABLE, days: 15 }, memoryTable.aws), isShared: true });
  const world = { deployments: ids(3), sessions: { a: { deployment: 'd1' } } };
  const { api, send } = await environment(world, shared());
  const other = await environment({}, shared());
  expect(kinds(await send([finished(...ids(3))]))).toEqual(['done']);
  expect(kinds(await other.send([finished('d1'), endedOn('d2', true)]))).toEqual(['gone', 'gone']);
  expect(other.api.requests).toEqual([]);
  expect([api.deployments.size, api.sessions.size]).toEqual([0, 0]);
  await memoryTable.stop();
});
