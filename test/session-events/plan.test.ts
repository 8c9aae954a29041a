/** What a plan decides: what runs, what waits, what needs no call. */
import { describe, expect, test } from 'vitest';
import type { Ask } from '../../events/ask.ts';
import { planBatch, withinBudget, YOUNG_MS } from '../../lib/session-events/plan.ts';
import type { Call, PlannedEvent, UsersCall } from '../../lib/session-events/types.ts';
import { NOTHING_KNOWN, viewWith } from '../support/memory-view.ts';

const LIMITS = { bulkStopChunk: 500, budgetCalls: 50, graceMs: 0 };

function event(record: number, ask: Ask, more: Partial<PlannedEvent> = {}): PlannedEvent {
  const at = { timeMs: 1000, sentAtMs: 1000, firstReceivedAtMs: 1000, ageMs: 0, receiveCount: 1 };
  return { record, ask, type: 'test', event: `e${record}`, ...at, ...more };
}
const left = (sessionId: string, ...ips: string[]): Ask => ({ kind: 'removeUsers', sessionId, ips });
const joined = (sessionId: string, ...ips: string[]): Ask => ({ kind: 'addUsers', sessionId, ips });
const ended = (...sessionIds: string[]): Ask => ({ kind: 'deleteSessions', sessionIds });
const endedOn = (bound: boolean, ...requestIds: string[]): Ask => ({
  kind: 'deleteByDeployment',
  requestIds,
  bound,
});
const plan = (events: PlannedEvent[], memory = NOTHING_KNOWN, limits = LIMITS) =>
  planBatch(events, memory, limits);
const operations = (calls: readonly Call[]) => calls.map(({ operation }) => operation);
const values = (calls: readonly Call[]) => calls.flatMap(({ targets }) => targets.map(({ value }) => value));

describe('the fewest calls', () => {
  test('one session is deleted by name, more in chunks', () => {
    expect(operations(plan([event(0, ended('a'))]).deletions)).toEqual(['sessionDelete']);
    const { deletions } = plan([event(0, ended('a', 'b', 'c', 'd', 'e'))], undefined, {
      ...LIMITS,
      bulkStopChunk: 2,
    });
    expect(operations(deletions)).toEqual(['sessionsBulkStop', 'sessionsBulkStop', 'sessionDelete']);
  });

  test('users of a session that is deleted in the same batch are absorbed by its deletion', () => {
    const { deletions, removals, settled } = plan([
      event(0, left('a', '10.0.0.1')),
      event(1, ended('a')),
      event(2, joined('a', '10.0.0.2', '10.0.0.3')),
    ]);
    expect(removals).toEqual([]);
    expect(settled).toEqual([]);
    expect(deletions[0]?.targets[0]).toEqual({ value: 'a', records: [1], absorbed: [0, 2] });
  });

  test('the two spellings of an address are one user, under its canonical name', () => {
    const { removals } = plan([event(0, left('a', '::1', '0:0:0:0:0:0:0:1')), event(1, left('a', '::1'))]);
    expect(removals).toHaveLength(1);
    expect(removals[0]?.targets).toMatchObject([{ value: '::1', records: [0, 1] }]);
  });
});

describe('by deployment and by tag', () => {
  const retired = (match: 'any' | 'all', ...tags: string[]): Ask => ({ kind: 'deleteByTags', tags, match });

  test('each kind is one call, in chunks', () => {
    const events = [
      event(0, endedOn(true, 'd1')),
      event(1, endedOn(false, 'd2', 'd3', 'd1')),
      event(2, retired('any', 't1', 't2')),
      event(3, retired('any', 't2')),
    ];
    const { deletions } = plan(events, undefined, { ...LIMITS, bulkStopChunk: 2 });
    expect(deletions).toEqual([
      {
        operation: 'sessionsBulkStop',
        field: 'request_id',
        filterType: 'any',
        targets: [
          { value: 'd1', records: [0, 1], absorbed: [] },
          { value: 'd2', records: [1], absorbed: [] },
        ],
      },
      {
        operation: 'sessionsBulkStop',
        field: 'request_id',
        filterType: 'any',
        targets: [{ value: 'd3', records: [1], absorbed: [] }],
      },
      {
        operation: 'sessionsBulkStop',
        field: 'deployment_tags',
        filterType: 'any',
        targets: [
          { value: 't1', records: [2], absorbed: [] },
          { value: 't2', records: [2, 3], absorbed: [] },
        ],
      },
    ]);
  });

  test('a set of tags is one call of its own, whatever their order', () => {
    const events = [event(0, retired('all', 'u', 't', 'u')), event(1, retired('all', 't', 'u'))];
    expect(plan(events).deletions).toEqual([
      {
        operation: 'sessionsBulkStop',
        field: 'deployment_tags',
        filterType: 'all',
        targets: ['t', 'u'].map((value) => ({ value, records: [0, 1], absorbed: [] })),
      },
    ]);
  });

  test('a session that an event names twice counts once', () => {
    expect(plan([event(0, ended('a', 'b', 'a'))]).deletions[0]?.targets).toEqual(
      ['a', 'b'].map((value) => ({ value, records: [0], absorbed: [] })),
    );
  });
});

describe('the order of one user', () => {
  const at = (timeMs: number, sentAtMs = timeMs) => ({ timeMs, sentAtMs });
  test.each([
    ['the later time wins', at(2), at(1), 'deleteUsersSession'],
    ['whatever the order of arrival', at(1), at(2), 'putUsersSession'],
    ['at equal times the later arrival', at(1, 5), at(1, 4), 'deleteUsersSession'],
    [
      'at equal times and arrivals the order of their ids, the same everywhere',
      at(1),
      at(1),
      'putUsersSession',
    ],
  ] as const)('%s', (_, leave, join, operation) => {
    const events = [event(0, left('a', '::1'), leave), event(1, joined('a', '::1'), join)];
    const { additions, removals } = plan(events);
    const [call, ...others] = [...additions, ...removals];
    expect(others).toEqual([]);
    expect(call?.operation).toBe(operation);
    const [winner, loser] = operation === 'putUsersSession' ? [1, 0] : [0, 1];
    expect(call?.targets).toMatchObject([{ records: [winner], absorbed: [loser] }]);
  });
});

describe('the memory', () => {
  test('a session that is known to be deleted needs no call', () => {
    const memory = viewWith({ deleted: ['a'] });
    const { deletions, removals, settled } = plan(
      [event(0, ended('a')), event(1, left('a', '::1')), event(2, ended('a', 'b'))],
      memory,
    );
    expect(removals).toEqual([]);
    expect(values(deletions)).toEqual(['b']);
    expect(settled).toEqual([1, 0, 2].map((record) => ({ record, outcome: { kind: 'gone' } })));
  });

  test('what the API refused is dead without another call', () => {
    const memory = viewWith({
      refused: { a: 'the API answered 400', 'putUsersSession b ::1': 'the API answered 422' },
    });
    const { deletions, additions, removals, settled } = plan(
      [event(0, ended('a')), event(1, joined('b', '::1')), event(2, left('b', '::1'))],
      memory,
    );
    expect([...deletions, ...additions]).toEqual([]);
    expect(removals).toHaveLength(1);
    expect(settled).toEqual([
      { record: 1, outcome: { kind: 'dead', code: 'REFUSED', reason: 'the API answered 422' } },
      { record: 0, outcome: { kind: 'dead', code: 'REFUSED', reason: 'the API answered 400' } },
    ]);
  });
});

describe('an event by deployment or tag', () => {
  const isBulk = (asked: PlannedEvent, memory = NOTHING_KNOWN) =>
    plan([asked], memory).deletions.length === 1;
  const retired: Ask = { kind: 'deleteByTags', tags: ['t', 'u'], match: 'any' };

  test('that is fresh takes every session that matches', () => {
    expect(isBulk(event(0, endedOn(true, 'd')))).toBe(true);
    expect(isBulk(event(0, retired))).toBe(true);
    expect(isBulk(event(0, endedOn(true, 'd'), { ageMs: 5000 }))).toBe(true);
  });

  test.each([
    ['was received before', { receiveCount: 2 }],
    ['waited for more than five seconds', { ageMs: 5001 }],
    ['was sent more than five seconds after it happened', { timeMs: 1000, sentAtMs: 6001 }],
  ])('that %s takes only the sessions that existed then', (_, late) => {
    const { deletions, selections } = plan([event(0, endedOn(true, 'd'), late), event(1, retired, late)]);
    expect(deletions).toEqual([]);
    expect(selections).toEqual([
      { field: 'request_id', filterType: 'any', values: ['d'], record: 0, createdUntilMs: 1000 },
      { field: 'deployment_tags', filterType: 'any', values: ['t', 'u'], record: 1, createdUntilMs: 1000 },
    ]);
  });

  test.each([
    ['a deployment', endedOn(true, 'd'), 'request_id d'],
    ['a tag', retired, 'deployment_tags u'],
    ['a set of tags', { ...retired, match: 'all' as const }, 'deployment_tags ["t","u"]'],
  ])('%s that was handled a short while ago takes only the sessions that existed then', (_, asked, key) => {
    const memory = viewWith({ handled: [key] });
    expect(isBulk(event(0, asked), memory)).toBe(false);
  });

  test('of a deployment that has ended needs no bound: nothing can come after it', () => {
    expect(isBulk(event(0, endedOn(false, 'd'), { receiveCount: 9, ageMs: 1e6 }))).toBe(true);
  });
});

describe('USER_LEFT_GRACE', () => {
  const limits = { ...LIMITS, graceMs: 60_000 };
  const held = (events: PlannedEvent[]) => plan(events, undefined, limits).held;

  test('a removal is held back until its event is that old, counted from when it happened', () => {
    expect(held([event(0, left('a', '::1'), { ageMs: 20_000 })])).toMatchObject([{ waitMs: 40_000 }]);
    expect(held([event(0, left('a', '::1'), { ageMs: 20_000, timeMs: 0 })])).toMatchObject([
      { waitMs: 39_000 },
    ]);
    expect(held([event(0, left('a', '::1'), { ageMs: 60_000 })])).toEqual([]);
    expect(held([event(0, joined('a', '::1'))])).toEqual([]);
  });

  test('a user who comes back within the same batch costs no removal', () => {
    const events = [
      event(0, left('a', '::1')),
      event(1, joined('a', '::1'), { timeMs: 1001, sentAtMs: 1001 }),
    ];
    const { additions, removals, held: back } = plan(events, undefined, limits);
    expect([additions.length, removals, back]).toEqual([1, [], []]);
  });

  test('a receive that only held a removal back does not count as one that may have called', () => {
    const due = { ageMs: 70_000, receiveCount: 2, firstReceivedAtMs: 1500 };
    const { removals } = plan([event(0, left('a', '::1'), due)], undefined, limits);
    expect(removals[0]?.targets[0]?.change.receiveCount).toBe(1);
    const late = { ...due, firstReceivedAtMs: 62_000 };
    const again = plan([event(0, left('a', '::1'), late)], undefined, limits);
    expect(again.removals[0]?.targets[0]?.change.receiveCount).toBe(2);
  });
});

describe('the budget', () => {
  const call = (operation: UsersCall['operation'], name: string, ageMs: number): UsersCall => ({
    operation,
    sessionId: name,
    ageMs,
    targets: [],
  });
  const add = (name: string, ageMs = 0) => call('putUsersSession', name, ageMs);
  const remove = (name: string, ageMs: number) => call('deleteUsersSession', name, ageMs);
  const names = (calls: readonly UsersCall[]) => calls.map(({ sessionId }) => sessionId);

  test('when everything fits, nothing waits, however young', () => {
    const { additions, removals, waiting } = withinBudget([add('a')], [remove('b', 0)], 2);
    expect([names(additions), names(removals), waiting]).toEqual([['a'], ['b'], []]);
  });

  test('when it does not, young removals wait first', () => {
    const { removals, waiting } = withinBudget(
      [],
      [remove('young', YOUNG_MS - 1), remove('old', YOUNG_MS)],
      1,
    );
    expect([names(removals), names(waiting)]).toEqual([['old'], ['young']]);
  });

  test('the oldest run first', () => {
    const additions = [add('a1', 1), add('a3', 3), add('a2', 2)];
    const removals = [remove('r1', YOUNG_MS + 1), remove('r3', YOUNG_MS + 3), remove('r2', YOUNG_MS + 2)];
    const shared = withinBudget(additions, removals, 4);
    expect(names(shared.additions)).toEqual(['a3', 'a2']);
    expect(names(shared.removals)).toEqual(['r3', 'r2']);
    expect(names(shared.waiting)).toEqual(['a1', 'r1']);
  });

  test('half of it is kept for old removals: additions cannot take it all', () => {
    const additions = Array.from({ length: 10 }, (_, index) => add(`a${index}`));
    const removals = Array.from({ length: 10 }, (_, index) => remove(`r${index}`, YOUNG_MS));
    const shared = withinBudget(additions, removals, 6);
    expect([shared.additions.length, shared.removals.length, shared.waiting.length]).toEqual([3, 3, 14]);
  });

  test('what one side does not need, the other may have', () => {
    const many = Array.from({ length: 10 }, (_, index) => index);
    const fewRemovals = withinBudget(
      many.map((n) => add(`a${n}`)),
      [remove('r', YOUNG_MS)],
      6,
    );
    expect([fewRemovals.additions.length, fewRemovals.removals.length]).toEqual([5, 1]);
    const fewAdditions = withinBudget(
      [add('a')],
      many.map((n) => remove(`r${n}`, YOUNG_MS)),
      6,
    );
    expect([fewAdditions.additions.length, fewAdditions.removals.length]).toEqual([1, 5]);
  });

  test('a call is as old as the oldest event in it', () => {
    const old = [event(0, left('a', '::1'), { ageMs: YOUNG_MS }), event(1, left('a', '::1'), { ageMs: 1 })];
    const young = [event(2, left('b', '::1'), { ageMs: 2 }), event(3, left('b', '::2'), { ageMs: 3 })];
    const { removals, waiting } = plan([...old, ...young], undefined, { ...LIMITS, budgetCalls: 1 });
    expect(removals).toMatchObject([{ sessionId: 'a', ageMs: YOUNG_MS }]);
    expect(waiting).toMatchObject([{ sessionId: 'b', ageMs: 3 }]);
  });

  test('a selection takes its call from that of users calls', () => {
    const late = event(0, endedOn(true, 'd'), { receiveCount: 2 });
    const events = [late, event(1, joined('c', '::1')), event(2, joined('d', '::1'))];
    expect(plan(events, undefined, { ...LIMITS, budgetCalls: 2 }).additions).toHaveLength(1);
  });

  test('deletions run even when there is no budget, and are taken from that of users calls', () => {
    const events = [event(0, ended('a', 'b')), event(1, joined('c', '::1')), event(2, joined('d', '::1'))];
    const { deletions, additions, waiting } = plan(events, undefined, { ...LIMITS, budgetCalls: 2 });
    expect([deletions.length, additions.length, waiting.length]).toEqual([1, 1, 1]);
    const none = plan(events, undefined, { ...LIMITS, budgetCalls: 0 });
    expect([none.deletions.length, none.additions.length, none.waiting.length]).toEqual([1, 0, 2]);
  });
});
