/** The sweep against an API that answers in every way that its description allows. */
import { afterEach, expect, test } from 'vitest';
import { NO_AUDIT, stopAudit } from '../../lib/sweep/audit.ts';
import { createProblems } from '../../lib/sweep/problems.ts';
import { stopSessions } from '../../lib/sweep/stop-sessions.ts';
import { type Answer, type Oddities, type OddSession, staleSession, startOddApi } from './odd-api.ts';
import { sweepOver } from './support.ts';

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const api of running.splice(0)) await api.stop();
});

async function world(
  sessions: readonly OddSession[],
  oddities: Oddities = {},
  env: Record<string, string> = {},
) {
  const api = await startOddApi(sessions, oddities);
  running.push(api);
  return { api, ...sweepOver(api.url, { env }) };
}

const stale = (count: number, more: object = {}): OddSession[] =>
  Array.from({ length: count }, (_, index) => staleSession(`s${index}`, more));
const REFUSED: Answer = { status: 422, body: { message: 'not now' } };
const DEPLOYMENT = { request_id: 'dep' };

test.each([400, 404, 410])(
  'a look that %i answers: the session is gone, no problem, not counted',
  async (status) => {
    const { sweep, api, calls } = await world(stale(3), {
      get: (id) => (id === 's1' ? { status } : undefined),
    });
    const report = await sweep();
    expect([...report.stopped].sort()).toEqual(['s0', 's2']);
    expect(report).toMatchObject({ problems: [], undecided: 0, keptUnknown: 0, complete: true });
    expect(report.rows.find(({ listed }) => listed.session_id === 's1')?.verdict.rule).toBe('ending');
    expect(calls.filter(({ operation }) => operation === 'sessionDelete')).toEqual([]);
    expect(api.alive()).toEqual(['s1']);
  },
);

test('a session that ends between the two looks is not counted as stopped', async () => {
  let looks = 0;
  const { sweep, api } = await world(stale(1), {
    get: () => {
      looks += 1;
      if (looks === 2) api.end('s0');
      return undefined;
    },
  });
  expect((await sweep()).stopped).toEqual([]);
});

test('looks that fail leave their sessions undecided, and the guard counts them', async () => {
  const failing = (id: string): Answer | undefined => (Number(id.slice(1)) < 20 ? REFUSED : undefined);
  const { sweep, api } = await world(stale(25), { get: failing }, { SWEEP_MAX_STOPS: '24' });
  const report = await sweep();
  expect(report).toMatchObject({ undecided: 20, guardTripped: true, stopped: [], keptUnknown: 20 });
  expect(report.problems).toMatchObject([{ code: 'REFUSED', count: 20 }]);
  expect(api.alive()).toHaveLength(25);
});

test('a session that GetSession shows as Terminating is kept', async () => {
  const { sweep, api } = await world(stale(2), {
    get: (id) =>
      id === 's1' ? { status: 200, body: staleSession(id, { status: 'Terminating' }) } : undefined,
  });
  expect((await sweep()).stopped).toEqual(['s0']);
  expect(api.alive()).toEqual(['s1']);
});

test('sessions that every bulk stop leaves out are deleted one by one', async () => {
  const { sweep, api } = await world(stale(3), {
    bulkStop: () => ({ status: 200, body: { processable: [] } }),
  });
  expect([...(await sweep()).stopped].sort()).toEqual(['s0', 's1', 's2']);
  expect(api.alive()).toEqual([]);
});

test('what a bulk stop leaves out and a delete refuses is not counted, and is a problem', async () => {
  const { sweep, api } = await world(stale(3), {
    bulkStop: () => ({ status: 200, body: { processable: [{ session_id: 's1' }] } }),
    remove: () => REFUSED,
  });
  const report = await sweep();
  expect(report.stopped).toEqual(['s1']);
  expect(report.problems).toMatchObject([{ code: 'REFUSED', count: 2 }]);
  expect(api.alive()).toHaveLength(3);
});

test('what a bulk stop leaves out because it is Terminating counts as stopped', async () => {
  const { sweep, api } = await world(stale(2), {
    bulkStop: (named) => {
      for (const id of named) api.change(staleSession(id, { status: 'Status.TERMINATING' }));
      return { status: 200, body: { processable: [] } };
    },
    remove: () => REFUSED,
  });
  const report = await sweep();
  expect([...report.stopped].sort()).toEqual(['s0', 's1']);
  expect(report.problems).toEqual([]);
});

test('a bulk stop whose answer cannot be read proves nothing: its sessions are deleted one by one', async () => {
  const { api, client } = await world(stale(2), {
    bulkStop: () => ({ status: 200, body: { processable: 7 } }),
  });
  const about = { audit: NO_AUDIT, stops: stopAudit(NO_AUDIT, []) };
  const pass = { client, concurrency: 2, problems: createProblems(), ...about, deadline: Date.now() + 1000 };
  expect(await stopSessions(pass, ['s0', 's1'])).toEqual(['s0', 's1']);
  expect(api.alive()).toEqual([]);
});

test('an id that the bulk stop refuses keeps no other, and is deleted alone', async () => {
  const { sweep, api } = await world(stale(9), {
    bulkStop: (named) => (named.includes('s4') ? { status: 400 } : undefined),
  });
  expect((await sweep()).stopped).toHaveLength(9);
  expect(api.alive()).toEqual([]);
});

test('an API that answers 404 to everything once the stops begin has stopped nothing', async () => {
  let isThere = true;
  const missing = (): Answer | undefined => (isThere ? undefined : { status: 404 });
  const { sweep, api } = await world(stale(3), {
    list: missing,
    get: missing,
    remove: missing,
    bulkStop: () => {
      isThere = false;
      return { status: 200, body: { processable: [] } };
    },
  });
  expect((await sweep()).stopped).toEqual([]);
  expect(api.alive()).toHaveLength(3);
});

test('sessions that are gone after a bulk stop whose answer was lost count as stopped', async () => {
  const { sweep, api } = await world(stale(2), {
    bulkStop: (named) => {
      for (const id of named) api.end(id);
      return { status: 200, body: { processable: [] } };
    },
    remove: () => ({ status: 404 }),
  });
  expect([...(await sweep()).stopped].sort()).toEqual(['s0', 's1']);
});

test('a 404 to a delete proves nothing while GetSession shows the session', async () => {
  const { sweep } = await world(stale(2), {
    bulkStop: () => ({ status: 200, body: { processable: [] } }),
    remove: () => ({ status: 404 }),
  });
  expect(await sweep()).toMatchObject({ stopped: [], problems: [{ code: 'NOT_FOUND', count: 2 }] });
});

test.each([
  ['absent', DEPLOYMENT],
  ['null', { ...DEPLOYMENT, tags: null }],
])('SWEEP_PROTECT=tag:… keeps a session whose tags are %s', async (_name, deployment) => {
  const protect = { SWEEP_PROTECT: 'tag:tournament' };
  const { sweep, api } = await world([...stale(1, { deployment }), staleSession('known')], {}, protect);
  expect(await sweep()).toMatchObject({ stopped: ['known'], keptUnknown: 1 });
  expect(api.alive()).toEqual(['s0']);
});

test('SWEEP_PROTECT=deployment:… keeps a session whose deployment is not shown', async () => {
  const protect = { SWEEP_PROTECT: 'deployment:lobby*' };
  const { sweep, api } = await world([...stale(1, { deployment: null }), staleSession('known')], {}, protect);
  expect(await sweep()).toMatchObject({ stopped: ['known'], keptUnknown: 1 });
  expect(api.alive()).toEqual(['s0']);
});

test('SWEEP_ONLY leaves every other session alone, and so one whose tags are not shown', async () => {
  const sessions = [
    staleSession('mine', { deployment: { request_id: 'a', tags: ['stage-test'] } }),
    staleSession('other', { deployment: { request_id: 'b', tags: ['stage-prod'] } }),
    staleSession('hidden', { deployment: { request_id: 'c' } }),
  ];
  const { sweep, api } = await world(sessions, {}, { SWEEP_ONLY: 'tag:stage-test' });
  expect((await sweep()).stopped).toEqual(['mine']);
  expect(api.alive()).toEqual(['other', 'hidden']);
});

test('a session that SWEEP_ONLY leaves out is looked at once, not in every run', async () => {
  const sessions = stale(5, { deployment: { request_id: 'b', tags: ['stage-prod'] } });
  const { sweep, calls } = await world(sessions, {}, { SWEEP_ONLY: 'tag:stage-test' });
  await sweep();
  await sweep();
  expect(calls.filter(({ operation }) => operation === 'getSession')).toHaveLength(5);
});

test('a session without addresses, as one that was created by location, is not empty', async () => {
  const { session_users: _, ...created } = staleSession('by-location');
  const { sweep, api } = await world([
    created,
    staleSession('nulls', { session_users: null }),
    staleSession('empty'),
  ]);
  expect(await sweep()).toMatchObject({ stopped: ['empty'], keptUnknown: 2 });
  expect(api.alive()).toEqual(['by-location', 'nulls']);
});

test('SWEEP_EMPTY_PROOF=seen: a session is empty when an earlier run saw users in it', async () => {
  const shown = { session_users: [] };
  const { sweep, api } = await world(
    [staleSession('never', shown), staleSession('played', { ...shown, user_count: 3 })],
    {},
    { SWEEP_EMPTY_PROOF: 'seen' },
  );
  expect(await sweep()).toMatchObject({ stopped: [] });
  api.change(staleSession('played', shown));
  expect(await sweep()).toMatchObject({ stopped: ['played'], keptUnknown: 1 });
  expect(api.alive()).toEqual(['never']);
});

test('a session whose users an earlier run saw is empty even where GetSession shows no list of users', async () => {
  const { session_users: _, ...hidden } = staleSession('a');
  const { sweep, api } = await world([{ ...hidden, user_count: 2 }]);
  await sweep();
  api.change(hidden);
  expect((await sweep()).stopped).toEqual(['a']);
});

test.each([
  ['the same page', () => 1],
  ['its pages in a circle', (page: number) => 1 + ((page - 1) % 2)],
])('a list that repeats %s for ever ends, and its sessions are swept', async (_name, shown) => {
  const all = stale(150);
  const { sweep, calls } = await world(all, {
    list: (page) => {
      const start = (shown(page) - 1) * 100;
      const pagination = {
        number: page,
        next_page_number: page + 1,
        previous_page_number: null,
        has_next: true,
        has_previous: true,
        paginator: { num_pages: 1_000_000 },
      };
      return { status: 200, body: { data: all.slice(start, start + 100), pagination } };
    },
  });
  const report = await sweep();
  expect(report.stopped).toHaveLength(report.listed);
  expect(report.complete).toBe(true);
  expect(calls.filter(({ operation }) => operation === 'listSessions').length).toBeLessThan(10);
});

test('an empty page in the middle of the list does not end it', async () => {
  const { sweep } = await world(stale(250), {
    list: (page, rows) => {
      if (page > 4) return { status: 400 };
      const data = page === 2 ? [] : rows;
      const pagination = {
        number: page,
        next_page_number: null,
        previous_page_number: null,
        has_next: page < 3,
        has_previous: false,
        paginator: { num_pages: 3 },
      };
      return { status: 200, body: { data, pagination } };
    },
  });
  expect(await sweep()).toMatchObject({ listed: 150, complete: true });
});

test('a page that cannot be read leaves the others, and the next run goes on behind it', async () => {
  const { sweep, api } = await world(stale(350), { list: (page) => (page === 2 ? REFUSED : undefined) });
  const first = await sweep();
  expect(first).toMatchObject({ listed: 100, complete: false });
  expect(first.stopped).toHaveLength(100);
  expect(first.problems).toMatchObject([{ code: 'REFUSED', count: 100 }]);
  const before = api.asked.length;
  await sweep();
  expect(api.asked[before]).toBe('GET /v1/sessions?page=3&limit=100');
});

test('a list whose first page cannot be read fails the run', async () => {
  const { sweep } = await world(stale(1), { list: () => REFUSED });
  await expect(sweep()).rejects.toMatchObject({ code: 'REFUSED' });
});
