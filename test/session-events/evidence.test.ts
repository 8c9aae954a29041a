/**
 * Nothing is acknowledged without evidence (DESIGN section 4): whole batches against an API that is not our sandbox, and
 * that leaves out, denies and contradicts.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { BatchReport } from '../../lib/session-events/batch.ts';
import { batchEnvironment, handleRecords } from '../support/batch.ts';
import type { ForeignSession, Override } from '../support/foreign-api.ts';
import { startForeignApi } from '../support/foreign-api.ts';
import { sqsRecord } from '../support/records.ts';

type Api = Awaited<ReturnType<typeof startForeignApi>>;

const running: Api[] = [];
afterEach(async () => {
  for (const api of running.splice(0)) await api.stop();
});

/** An environment of session-events in front of such an API. `handle` takes bodies, and attributes for all of them. */
async function environment(
  sessions: Record<string, ForeignSession>,
  override?: Override,
  budgetCalls?: number,
) {
  const api = await startForeignApi(sessions, override);
  running.push(api);
  const own = batchEnvironment(api.url, budgetCalls === undefined ? {} : { budgetCalls });
  const send = (bodies: readonly object[], attributes: Record<string, string> = {}, timeMs?: number) =>
    handleRecords(
      own,
      bodies.map((body, index) => sqsRecord(body, `m${index}`, attributes)),
      timeMs,
    );
  return { api, send };
}

const ended = (...session_ids: string[]) => ({ type: 'match.ended', data: { session_ids } });
const left = (session_id: string, ...ip_list: string[]) => ({
  type: 'user.left',
  data: { session_id, ip_list },
});
const kinds = ({ outcomes }: BatchReport) => outcomes.map(({ kind }) => kind);
const codes = ({ outcomes }: BatchReport) => outcomes.map(({ code }) => code);
const ids = (count: number, prefix = 's') => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const live = (names: readonly string[], more: ForeignSession = {}): Record<string, ForeignSession> =>
  Object.fromEntries(names.map((name) => [name, { ...more }]));
const on =
  (operation: string, answer: Override): Override =>
  (request, count) =>
    request.operation === operation ? answer(request, count) : undefined;

describe('an id that a bulk stop leaves out', () => {
  test('is deleted by name, however often it is left out', async () => {
    const { api, send } = await environment(
      live(ids(10)),
      on('sessionsBulkStop', ({ body }) => {
        const asked = body.filters?.[0]?.values ?? [];
        const spared = new Set(['s3', 's7']);
        const processable = asked.filter((id) => !spared.has(id) && api.sessions.delete(id));
        return { status: 200, body: { processable: processable.map((session_id) => ({ session_id })) } };
      }),
    );
    expect(kinds(await send(ids(10).map((id) => ended(id))))).toEqual(ids(10).map(() => 'done'));
    expect([...api.sessions.keys()]).toEqual([]);
    expect(api.operations().filter((operation) => operation === 'sessionDelete')).toHaveLength(2);
  });

  test.each([
    ['an empty list', { processable: [] }],
    ['null', { processable: null }],
    ['nothing', ''],
    ['another shape', { stopped: 10 }],
  ])('is not gone where every answer is %s', async (_, body) => {
    const { api, send } = await environment(
      live(ids(10)),
      on('sessionsBulkStop', () => ({ status: 200, body })),
    );
    const report = await send(ids(10).map((id) => ended(id)));
    expect(kinds(report)).toEqual(ids(10).map(() => 'done'));
    expect([...api.sessions.keys()]).toEqual([]);
  });

  test('is gone where the list of all sessions does not hold it', async () => {
    const { api, send } = await environment(live(['other']));
    expect(kinds(await send([ended('a', 'b'), ended('c')]))).toEqual(['gone', 'gone']);
    expect(api.operations()).toEqual(['sessionsBulkStop', 'sessionsBulkStop', 'listSessions']);
  });

  test.each([
    ['that has more pages', { pagination: { has_next: true } }],
    ['that has another page number', { pagination: { next_page_number: 2 } }],
    ['without rows', { data: undefined, total_count: 0 }],
  ])('is not gone where the first page of a list %s counts only itself', async (_, page) => {
    const { api, send } = await environment(live(ids(150)), (request) => {
      if (request.operation === 'sessionsBulkStop') return { status: 200, body: { processable: [] } };
      if (request.operation !== 'listSessions') return undefined;
      const data = ids(100).map((session_id) => ({ session_id }));
      return { status: 200, body: { data, total_count: 100, ...page } };
    });
    expect(kinds(await send([ended('s148', 's149')]))).toEqual(['done']);
    expect(api.sessions.size).toBe(148);
  });

  test('is gone where the list says that it is terminating', async () => {
    const { send } = await environment(
      live(['a', 'b'], { status: 'Status.TERMINATING' }),
      on('sessionsBulkStop', () => ({ status: 200, body: { processable: [] } })),
    );
    expect(kinds(await send([ended('a', 'b')]))).toEqual(['gone']);
  });

  test('waits where the budget does not reach its proof, and the next receive goes on', async () => {
    const { api, send } = await environment(
      live(ids(30)),
      on('sessionsBulkStop', () => ({ status: 200, body: { processable: [] } })),
      10,
    );
    const report = await send(ids(30).map((id) => ended(id)));
    const waiting = kinds(report).filter((kind) => kind === 'waiting').length;
    expect(waiting).toBeGreaterThan(0);
    expect(codes(report)).toContain('NOT_PROVEN');
    expect(api.sessions.size).toBe(waiting);
  });

  test('1,000 repeats of events about sessions long gone are a handful of calls', async () => {
    const { api, send } = await environment(live(ids(250, 'other')), undefined, 20);
    const report = await send(ids(1000).map((id) => ended(id)));
    expect(new Set(kinds(report))).toEqual(new Set(['gone']));
    console.info(`1,000 sessions long gone: ${api.requests.length} calls`);
    expect(api.requests.length).toBeLessThanOrEqual(8);
  });
});

describe('a 404', () => {
  test('is gone where the list, asked after it, does not hold the session', async () => {
    const { api, send } = await environment(live(['other']));
    expect(kinds(await send([ended('a'), left('b', '::1')]))).toEqual(['gone', 'gone']);
    expect(api.operations().at(-1)).toBe('listSessions');
    expect(api.operations().filter((operation) => operation === 'listSessions')).toHaveLength(1);
  });

  test('to everything acknowledges nothing', async () => {
    const { send } = await environment(live(['a']), () => ({ status: 404, body: { message: 'Not Found' } }));
    const report = await send([ended('a'), left('b', '::1')]);
    expect(kinds(report)).toEqual(['retry', 'retry']);
    expect(codes(report)).toEqual(['SURFACE_MISSING', 'SURFACE_MISSING']);
  });

  test('after an honest one is not believed either: an earlier answer proves nothing about this one', async () => {
    let missing = false;
    const { api, send } = await environment(live(ids(20)), () =>
      missing ? { status: 404, body: { message: 'Not Found' } } : undefined,
    );
    expect(kinds(await send([ended('never-there')]))).toEqual(['gone']);
    missing = true;
    const report = await send(ids(20).flatMap((id) => [left(id, '::1')]));
    expect(new Set(kinds(report))).toEqual(new Set(['retry']));
    missing = false;
    expect(new Set(kinds(await send(ids(20).map((id) => ended(id)))))).toEqual(new Set(['done']));
    expect(api.sessions.size).toBe(0);
  });

  test.each([1, 2, 3, 5, 8, 13, 21])(
    'of an API that comes back after %i requests never loses an event',
    async (healthyFrom) => {
      const names = ids(12);
      const { api, send } = await environment(live(names, { users: ['10.0.0.1'] }), (_request, count) =>
        count <= healthyFrom ? { status: 404, body: { message: 'Not Found' } } : undefined,
      );
      const report = await send(names.map((id) => left(id, '10.0.0.1')));
      for (const [index, kind] of kinds(report).entries()) {
        const isThere = api.sessions.get(names[index] ?? '')?.users?.includes('10.0.0.1') === true;
        expect(['done', 'gone'].includes(kind)).toBe(!isThere);
      }
    },
  );

  test('of an API with a long list is asked twice, with the list between', async () => {
    const { api, send } = await environment(live(ids(1000, 'other')));
    expect(kinds(await send([ended('a')]))).toEqual(['gone']);
    expect(api.operations()).toEqual(['sessionDelete', 'listSessions', 'sessionDelete']);
  });

  test('of a session that is listed is a contradiction, and no success', async () => {
    const { send } = await environment(
      live(['a']),
      on('sessionDelete', () => ({ status: 404, body: { message: 'no' } })),
    );
    const report = await send([ended('a')]);
    expect([kinds(report), codes(report)]).toEqual([['retry'], ['NOT_FOUND']]);
  });

  test('is not remembered: a session that was not visible yet can be deleted a moment later', async () => {
    const { api, send } = await environment({});
    expect(kinds(await send([ended('new')]))).toEqual(['gone']);
    api.sessions.set('new', {});
    expect(kinds(await send([ended('new')]))).toEqual(['done']);
  });

  test.each([
    ['another shape', { results: [1, 2, 3] }],
    ['nothing but an object', {}],
  ])('from an API whose list is %s is still a 404 of a session', async (_, body) => {
    const { send } = await environment(
      {},
      on('listSessions', () => ({ status: 200, body })),
    );
    expect(kinds(await send([ended('a'), left('b', '::1')]))).toEqual(['gone', 'gone']);
  });

  test('decides nothing where the list fails', async () => {
    const { send } = await environment(
      {},
      on('listSessions', () => ({ status: 503 })),
    );
    const report = await send([ended('a')]);
    expect([kinds(report), codes(report)]).toEqual([['retry'], ['UNAVAILABLE']]);
  });
});

describe('a 400', () => {
  test('to everything acknowledges no users event, and kills none', async () => {
    const { send } = await environment(live(['a']), () => ({ status: 400, body: { message: 'bad' } }));
    expect(kinds(await send([left('a', '::1'), left('b', '::1')]))).toEqual(['retry', 'retry']);
  });

  test('to a users call of a session that exists is final', async () => {
    const { send } = await environment(
      live(['a']),
      on('deleteUsersSession', () => ({ status: 400, body: { message: 'bad address' } })),
    );
    const report = await send([left('a', '::1')]);
    expect(report.outcomes).toMatchObject([
      { kind: 'dead', code: 'REFUSED', reason: expect.stringMatching(/bad address/) },
    ]);
  });

  test('to the details of an unknown session: it is gone', async () => {
    const { send } = await environment({}, ({ id }) =>
      id === 'a' ? { status: 400, body: { message: 'unknown session' } } : undefined,
    );
    expect(kinds(await send([left('a', '::1')]))).toEqual(['gone']);
  });

  test('to a bulk stop that names unknown ids settles every record within the budget', async () => {
    const names = ids(1000);
    const known = names.filter((_, index) => index % 2 === 0);
    const { api, send } = await environment(
      live(known),
      on('sessionsBulkStop', ({ body }) =>
        body.filters?.[0]?.values.every((id) => api.sessions.has(id))
          ? undefined
          : { status: 400, body: { message: 'unknown session' } },
      ),
      40,
    );
    let calls = 0;
    let open = names;
    for (let receive = 1; open.length > 0 && receive <= 10; receive += 1) {
      const report = await send(
        open.map((id) => ended(id)),
        { ApproximateReceiveCount: String(receive) },
      );
      console.info(
        `1,000 ids, half of them unknown: receive ${receive}, ${api.requests.length - calls} calls`,
      );
      calls = api.requests.length;
      open = open.filter((_, index) => ['waiting', 'retry'].includes(report.outcomes[index]?.kind ?? ''));
    }
    expect(open).toEqual([]);
    expect(api.sessions.size).toBe(0);
  });

  test('150 refused ids of one event: every receive makes progress, and none takes more than the budget', async () => {
    const names = ids(400);
    const refused = new Set(names.filter((_, index) => index % 2 === 0).slice(0, 150));
    const { api, send } = await environment(
      live(names),
      (request) => {
        const named = [request.id, ...(request.body.filters?.[0]?.values ?? [])];
        return named.some((id) => refused.has(id)) && request.operation !== 'getSession'
          ? { status: 400, body: { message: 'refused' } }
          : undefined;
      },
      40,
    );
    let kind: string | undefined = 'waiting';
    let receives = 0;
    for (; kind !== 'dead' && receives < 40; receives += 1) {
      const before = api.requests.length;
      [kind] = kinds(await send([ended(...names)], { ApproximateReceiveCount: String(receives + 1) }));
      expect(api.requests.length - before).toBeLessThanOrEqual(40 + 10);
    }
    console.info(`150 refused of 400 ids: ${receives} receives, ${api.requests.length} calls`);
    expect(kind).toBe('dead');
    expect([...api.sessions.keys()].filter((id) => !refused.has(id))).toEqual([]);
  });

  test('60 refused addresses of one event are found once, not at every receive', async () => {
    const ips = Array.from({ length: 100 }, (_, index) => `10.0.0.${index}`);
    const refused = new Set(ips.slice(20, 80));
    const { api, send } = await environment(
      { a: { users: ips } },
      on('deleteUsersSession', ({ body }) =>
        body.ip_list?.some((ip) => refused.has(ip))
          ? { status: 400, body: { message: 'refused' } }
          : undefined,
      ),
      40,
    );
    let kind: string | undefined;
    for (let receive = 1; kind !== 'dead' && receive <= 20; receive += 1)
      [kind] = kinds(await send([left('a', ...ips)], { ApproximateReceiveCount: String(receive) }));
    expect(kind).toBe('dead');
    expect(api.sessions.get('a')?.users).toEqual(ips.slice(20, 80));
    const before = api.requests.length;
    await send([left('a', ...ips.slice(20, 80))]);
    expect(api.requests.length).toBe(before);
  });
});

describe('by deployment and by tag', () => {
  const old = '2026-01-01 00:00:00.000000';
  const deployment = (created: string): ForeignSession => ({ deployment: 'd', tags: ['t'], created });
  const byDeployment = {
    type: 'match.ended',
    data: { deployment_request_id: 'd' },
    time: '2026-01-02T00:00:00Z',
  };
  const byTag = { type: 'tag.retired', data: { deployment_tags: ['t'] }, time: '2026-01-02T00:00:00Z' };
  const stopped = {
    type: 'deployment.stopped',
    data: { deployment_request_id: 'd' },
    time: '2026-01-02T00:00:00Z',
  };

  test('a bulk stop that leaves sessions out is repeated until nothing is left', async () => {
    const { api, send } = await environment(
      live(ids(6), deployment(old)),
      on('sessionsBulkStop', () => {
        const two = [...api.sessions.keys()].slice(0, 2);
        for (const id of two) api.sessions.delete(id);
        return { status: 200, body: { processable: two.map((session_id) => ({ session_id })) } };
      }),
    );
    const { time: _, ...fresh } = byDeployment;
    expect(kinds(await send([fresh]))).toEqual(['done']);
    expect(api.sessions.size).toBe(0);
  });

  test('an answer that cannot be read is no evidence that nothing is left', async () => {
    const { send } = await environment(
      live(['a'], deployment(old)),
      on('sessionsBulkStop', () => ({ status: 200, body: {} })),
    );
    const { time: _, ...fresh } = byDeployment;
    const report = await send([fresh]);
    expect([kinds(report), codes(report)]).toEqual([['retry'], ['NOT_PROVEN']]);
  });

  test.each([
    ['deployment', byDeployment],
    ['tag', byTag],
    ['set of tags', { ...byTag, data: { deployment_tags: ['t', 't'], match: 'all' } }],
  ])('a 400 once nothing matches the %s any more is no refusal: the sessions are gone', async (_, event) => {
    const { api, send } = await environment(live(ids(3), deployment(old)), ({ operation }) =>
      operation === 'sessionsBulkStop' && api.sessions.size === 0
        ? { status: 400, body: { message: 'no session matches' } }
        : undefined,
    );
    const { time: _time, ...fresh } = event;
    expect(kinds(await send([fresh]))).toEqual(['gone']);
    expect(api.sessions.size).toBe(0);
    expect(kinds(await send([stopped]))).toEqual(['gone']);
  });

  test('a 400 to a bulk stop by deployment is final where a session of it is listed', async () => {
    const { send } = await environment(
      live(['a'], deployment(old)),
      on('sessionsBulkStop', () => ({ status: 400, body: { message: 'bad filter' } })),
    );
    expect((await send([stopped])).outcomes).toMatchObject([
      { kind: 'dead', code: 'REFUSED', reason: expect.stringMatching(/bad filter/) },
    ]);
  });

  test('a 400 to a bulk stop by deployment decides nothing where the list fails', async () => {
    const { send } = await environment({}, ({ operation }) =>
      operation === 'sessionsBulkStop' ? { status: 400 } : { status: 503 },
    );
    expect(kinds(await send([stopped]))).toEqual(['retry']);
  });

  test.each([404, 400])('a listed session that is answered with %i is a contradiction', async (status) => {
    const { api, send } = await environment(
      live(['a'], deployment(old)),
      on('getSession', () => ({ status, body: { message: 'no' } })),
    );
    const report = await send([byDeployment, byTag]);
    expect([kinds(report), codes(report)]).toEqual([
      ['retry', 'retry'],
      ['NOT_PROVEN', 'NOT_PROVEN'],
    ]);
    expect(api.sessions.size).toBe(1);
  });

  test('a listed session that was terminated meanwhile, a 410, is gone', async () => {
    const { send } = await environment(
      live(['a'], deployment(old)),
      on('getSession', () => ({ status: 410, body: { message: 'terminated' } })),
    );
    expect(kinds(await send([byDeployment]))).toEqual(['gone']);
  });

  test.each([
    ['late', byDeployment, {}],
    ['received again', byDeployment, { ApproximateReceiveCount: '2' }],
    ['about a tag and late', byTag, {}],
  ])('an event that is %s leaves the next match on the same server alone', async (_, event, attributes) => {
    const { api, send } = await environment({
      before: deployment(old),
      after: { ...deployment('2026-01-02 00:00:01.000000'), users: ['10.0.0.1'] },
      elsewhere: { deployment: 'other', tags: ['u'] },
    });
    expect(kinds(await send([event], attributes))).toEqual(['done']);
    expect([...api.sessions.keys()]).toEqual(['after', 'elsewhere']);
  });

  test('sent twice: the second one leaves the next match alone', async () => {
    const { api, send } = await environment({ before: deployment(old) });
    const { time: _, ...fresh } = byDeployment;
    expect(kinds(await send([fresh]))).toEqual(['done']);
    const created = new Date(Date.now() + 60_000).toISOString().replace('T', ' ').replace('Z', '');
    api.sessions.set('next', deployment(created));
    expect(kinds(await send([fresh]))).toEqual(['gone']);
    expect([...api.sessions.keys()]).toEqual(['next']);
  });

  test('of a deployment that has ended, every session goes, also a later one', async () => {
    const { api, send } = await environment({ after: deployment('2026-01-03 00:00:00.000000') });
    expect(kinds(await send([stopped], { ApproximateReceiveCount: '4' }))).toEqual(['done']);
    expect(api.sessions.size).toBe(0);
  });

  test('a session whose tags are not shown is kept, and the event comes back', async () => {
    const hidden = { deployment: 'other', created: old };
    const { api, send } = await environment({ hidden, before: deployment(old) });
    const report = await send([byTag]);
    expect([kinds(report), codes(report)]).toEqual([['retry'], ['NOT_PROVEN']]);
    expect([...api.sessions.keys()]).toEqual(['hidden']);
  });

  test('a session whose age is unknown is kept, and the event comes back', async () => {
    const { api, send } = await environment({ unknown: deployment('yesterday'), before: deployment(old) });
    const report = await send([byDeployment]);
    expect([kinds(report), codes(report)]).toEqual([['retry'], ['NOT_PROVEN']]);
    expect([...api.sessions.keys()]).toEqual(['unknown']);
  });

  test('a late event asks about the sessions of its deployment alone, however many others the list holds', async () => {
    const others = live(ids(10_500, 'other'), { deployment: 'elsewhere', created: old });
    const { api, send } = await environment({ ...others, before: deployment(old) });
    expect(kinds(await send([byDeployment], {}, 30_000))).toEqual(['done']);
    expect(api.sessions.has('before')).toBe(false);
    expect(api.requests.filter(({ operation }) => operation === 'getSession').map(({ id }) => id)).toEqual([
      'before',
    ]);
  });

  test('what one answer hides, another shows: the event is decided by all of them together', async () => {
    const asked = new Map<string, number>();
    const parts = [
      { create_time: old },
      { deployment: { request_id: 'd' } },
      { deployment: { tags: ['t'] }, create_time: null },
    ];
    const { api, send } = await environment(
      live(ids(3), { tags: ['t'], created: old }),
      on('getSession', ({ id }) => {
        const turn = asked.get(id) ?? 0;
        asked.set(id, turn + 1);
        return { status: 200, body: { session_id: id, ...parts[turn % parts.length] } };
      }),
    );
    const decided: string[] = [];
    for (let receive = 1; receive <= 4 && decided.at(-1) !== 'done'; receive += 1)
      decided.push(...kinds(await send([byTag], { ApproximateReceiveCount: String(receive) })));
    expect(decided.at(-1)).toBe('done');
    expect(api.sessions.size).toBe(0);
  });
});
