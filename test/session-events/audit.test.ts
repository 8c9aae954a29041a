/**
 * The audit (DESIGN section 15): whole batches against an API over HTTP. Every call that changes something is one line, or
 * one for each hundred that it names, and what needed no call is one line a reason.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { registerSecret } from '../../lib/runtime/mask.ts';
import { batchEnvironment, handleRecords } from '../support/batch.ts';
import { type ForeignSession, type Override, startForeignApi } from '../support/foreign-api.ts';
import { sqsRecord } from '../support/records.ts';

type Api = Awaited<ReturnType<typeof startForeignApi>>;

const running: Api[] = [];
let lines: string[];
beforeEach(() => {
  lines = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const api of running.splice(0)) await api.stop();
});

async function environment(sessions: Record<string, ForeignSession>, override?: Override, budgetCalls = 50) {
  const api = await startForeignApi(sessions, override);
  running.push(api);
  const own = batchEnvironment(api.url, { apiKey: 'audit-key', budgetCalls });
  const send = (bodies: readonly object[], sender?: string) =>
    handleRecords(
      own,
      bodies.map((body, index) => ({
        ...sqsRecord(body, `m${index}`),
        ...(sender && { messageAttributes: { SENDER: { dataType: 'String', stringValue: sender } } }),
      })),
    );
  return { api, send };
}

const audited = () =>
  lines
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter(({ message }) => message === 'audit')
    .map(({ timestamp: _, requestId: _id, ...line }) => line);
const about = { level: 'INFO', message: 'audit' };
const ended = (id: string, ...session_ids: string[]) => ({ type: 'match.ended', id, data: { session_ids } });
const left = (id: string, session_id: string, ...ip_list: string[]) => ({
  type: 'user.left',
  id,
  data: { session_id, ip_list },
});
const ids = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`);
const live = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, {}]));
const on =
  (operation: string, answer: Override): Override =>
  (request, count) =>
    request.operation === operation ? answer(request, count) : undefined;

describe('a call', () => {
  test('is one line: what it named, which event asked, who sent it, and how it ended', async () => {
    const { send } = await environment(live(['a']));
    await send([ended('e1', 'a')], 'game-server');
    expect(audited()).toEqual([
      {
        ...about,
        ...{ operation: 'sessionDelete', outcome: 'done', status: 200, call: 1 },
        ...{ targets: ['a'], events: ['e1'], by: ['match.ended'], senders: ['game-server'] },
      },
    ]);
  });

  test('names the message where the event has no id, and no sender where the hook named none', async () => {
    const { send } = await environment(live(['a']));
    await send([{ type: 'match.ended', data: { session_id: 'a' } }]);
    const [line] = audited();
    expect(line).toMatchObject({ events: ['m0'] });
    expect(line).not.toHaveProperty('senders');
  });

  test('about users names their session', async () => {
    const { send } = await environment({ a: { users: ['10.0.0.1', '10.0.0.2'] } });
    await send([left('e1', 'a', '10.0.0.1'), left('e2', 'a', '10.0.0.2')]);
    expect(audited()).toMatchObject([
      {
        ...{ operation: 'deleteUsersSession', sessionId: 'a', outcome: 'done' },
        ...{ targets: ['10.0.0.1', '10.0.0.2'], events: ['e1', 'e2'], by: ['user.left'] },
      },
    ]);
  });

  test('for more than a hundred is several lines of one call, and each pairs its sessions with their events', async () => {
    const { send } = await environment(live(ids(250)));
    await send(ids(250).map((id) => ended(`e-${id}`, id)));
    expect(audited().map(({ call, part }) => [call, part])).toEqual([
      [1, '1/3'],
      [1, '2/3'],
      [1, '3/3'],
    ]);
    for (const { targets, events } of audited())
      expect(events).toEqual(Array.isArray(targets) ? targets.map((id) => `e-${id}`) : undefined);
    expect(audited().flatMap(({ targets }) => targets)).toEqual(ids(250));
  });

  test('that leaves sessions out says so, and the calls that prove them follow', async () => {
    const { api, send } = await environment(
      live(['a', 'b']),
      on('sessionsBulkStop', () => ({
        status: 202,
        body: { processable: api.sessions.delete('a') ? ['a'] : [] },
      })),
    );
    await send([ended('e1', 'a', 'b')]);
    const rows = audited().map(({ operation, outcome, targets, status }) => [
      operation,
      outcome,
      targets,
      status,
    ]);
    expect(rows).toEqual([
      ['sessionsBulkStop', 'done', ['a'], 202],
      ['sessionsBulkStop', 'open', ['b'], 202],
      ['sessionDelete', 'done', ['b'], 200],
    ]);
  });

  test('by tag names the sessions that it took, and what it selected by', async () => {
    const { send } = await environment({ a: { deployment: 'd', tags: ['t'] }, b: {} });
    await send([{ type: 'tag.retired', id: 'e1', data: { deployment_tags: ['t'] } }]);
    expect(audited()[0]).toMatchObject({
      ...{ operation: 'sessionsBulkStop', outcome: 'done', targets: ['a'], events: ['e1'] },
      filter: { field: 'deployment_tags', filter_type: 'any', values: ['t'] },
    });
  });

  test.each([
    [503, 'retry', 'UNAVAILABLE'],
    [410, 'gone', 'GONE'],
    [409, 'dead', 'REFUSED'],
  ])('that fails with %i says %s and the code', async (status, outcome, code) => {
    const { send } = await environment(
      live(['a']),
      on('sessionDelete', () => ({ status })),
    );
    await send([ended('e1', 'a')]);
    expect(audited()).toEqual([
      {
        ...about,
        ...{ operation: 'sessionDelete', call: 1, outcome, code, status },
        ...{ targets: ['a'], events: ['e1'], by: ['match.ended'] },
      },
    ]);
  });

  test('answered with 404 is open, and what the list proves is a line without a call', async () => {
    const { send } = await environment(live(['other']));
    await send([ended('e1', 'a')]);
    expect(
      audited().map(({ operation, outcome, targets, events }) => [operation, outcome, targets, events]),
    ).toEqual([
      ['sessionDelete', 'open', ['a'], ['e1']],
      ['none', 'gone', ['a'], ['e1']],
    ]);
  });
});

describe('what needs no call', () => {
  test('because its session is deleted in the same batch is absorbed', async () => {
    const { send } = await environment(live(['a']));
    await send([ended('e1', 'a'), left('e2', 'a', '10.0.0.1'), left('e3', 'a', '10.0.0.2')]);
    expect(audited().slice(1)).toEqual([
      {
        ...about,
        ...{ operation: 'none', outcome: 'absorbed' },
        ...{ targets: ['a'], events: ['e2', 'e3'], by: ['user.left'] },
      },
    ]);
  });

  test('because its session was deleted before is gone', async () => {
    const { send } = await environment(live(['a', 'b']));
    await send([ended('e1', 'a')]);
    lines.length = 0;
    await send([ended('e2', 'a', 'b')]);
    expect(audited().map(({ operation, outcome, targets }) => [operation, outcome, targets])).toEqual([
      ['sessionDelete', 'done', ['b']],
      ['none', 'gone', ['a']],
    ]);
  });

  test('because the same event was applied before is superseded', async () => {
    const { send } = await environment({ a: { users: ['10.0.0.1'] } });
    const event = { ...left('e1', 'a', '10.0.0.1'), time: '2026-01-01T00:00:00Z' };
    await send([event]);
    lines.length = 0;
    await send([event]);
    expect(audited()).toMatchObject([
      { operation: 'none', outcome: 'superseded', targets: ['a'], events: ['e1'] },
    ]);
  });

  test('because the budget is spent waits: 10,000 events are lines of a hundred each', async () => {
    const { send } = await environment({}, undefined, 1);
    const sessions = ids(10_000);
    await send(sessions.map((id) => left(`e-${id}`, id, '10.0.0.1')));
    const waiting = audited().filter(({ outcome }) => outcome === 'waiting');
    expect(new Set(waiting.flatMap(({ targets }) => targets)).size).toBe(10_000);
    expect(waiting).toHaveLength(100);
    expect(waiting[0]).toMatchObject({ part: '1/100' });
  });
});

test('no line is longer than CloudWatch takes, and none shows a body or the key', async () => {
  registerSecret('audit-key');
  const { send } = await environment(live(['a']));
  const long = '\u0001'.repeat(100_000);
  await send([
    ...Array.from({ length: 100 }, (_, index) => ended(`${index}${long}`, 'a')),
    { ...ended('audit-key', 'a'), note: 'in the body' },
  ]);
  for (const line of lines) expect(line.length).toBeLessThan(256 * 1024);
  expect(lines.join()).not.toMatch(/in the body|audit-key/);
});
