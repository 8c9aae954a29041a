/** The outcome of a record that depends on several targets: DESIGN section 5, "the worst outcome wins". */
import { describe, expect, test } from 'vitest';
import { settle, worse } from '../../lib/session-events/settle.ts';
import type { Outcome, OutcomeKind, Plan, Target, TargetResult } from '../../lib/session-events/types.ts';

const EMPTY: Plan = {
  stops: [],
  deletions: [],
  selections: [],
  additions: [],
  removals: [],
  waiting: [],
  held: [],
  settled: [],
};
const KINDS: OutcomeKind[] = ['done', 'gone', 'absorbed', 'ignored', 'dead', 'waiting', 'retry'];
const target = (value: string, ...records: number[]): Target => ({ value, records, absorbed: [] });

const settleAll = (records: number, results: readonly TargetResult[]): Outcome[] =>
  settle(records, { events: [], undecodable: [] }, EMPTY, results, []);

/** Retry over waiting over dead over the rest; written out, so that no rule of the code is used to check itself. */
const PAIRS: Record<OutcomeKind, Record<OutcomeKind, OutcomeKind>> = {
  ignored: {
    done: 'done',
    gone: 'gone',
    absorbed: 'absorbed',
    ignored: 'ignored',
    dead: 'dead',
    waiting: 'waiting',
    retry: 'retry',
  },
  done: {
    done: 'done',
    gone: 'done',
    absorbed: 'done',
    ignored: 'done',
    dead: 'dead',
    waiting: 'waiting',
    retry: 'retry',
  },
  gone: {
    done: 'done',
    gone: 'gone',
    absorbed: 'gone',
    ignored: 'gone',
    dead: 'dead',
    waiting: 'waiting',
    retry: 'retry',
  },
  absorbed: {
    done: 'done',
    gone: 'gone',
    absorbed: 'absorbed',
    ignored: 'absorbed',
    dead: 'dead',
    waiting: 'waiting',
    retry: 'retry',
  },
  dead: {
    done: 'dead',
    gone: 'dead',
    absorbed: 'dead',
    ignored: 'dead',
    dead: 'dead',
    waiting: 'waiting',
    retry: 'retry',
  },
  waiting: {
    done: 'waiting',
    gone: 'waiting',
    absorbed: 'waiting',
    ignored: 'waiting',
    dead: 'waiting',
    waiting: 'waiting',
    retry: 'retry',
  },
  retry: {
    done: 'retry',
    gone: 'retry',
    absorbed: 'retry',
    ignored: 'retry',
    dead: 'retry',
    waiting: 'retry',
    retry: 'retry',
  },
};

/** The outcome of one record with two targets that ended so, in that order. */
function settled(one: Outcome, other: Outcome): Outcome | undefined {
  const results = [
    { target: target('a', 0), outcome: one },
    { target: target('b', 0), outcome: other },
  ];
  return settleAll(1, results)[0];
}

describe('a record with two targets gets the worse outcome of the two', () => {
  const pairs = KINDS.flatMap((one) => KINDS.map((other): [OutcomeKind, OutcomeKind] => [one, other]));
  test.each(pairs)('%s and %s', (one, other) => {
    expect(settled({ kind: one }, { kind: other })?.kind).toBe(PAIRS[one][other]);
  });

  test('with its code and its reason', () => {
    const dead: Outcome = { kind: 'dead', code: 'REFUSED', reason: 'the API answered 400' };
    expect(settled({ kind: 'done' }, dead)).toEqual(dead);
    expect(settled(dead, { kind: 'done' })).toEqual(dead);
  });

  test('of two retries the one that the API asked to wait longer for', () => {
    const soon: Outcome = { kind: 'retry', code: 'UNAVAILABLE' };
    const later: Outcome = { kind: 'retry', code: 'THROTTLED', retryAfterMs: 30_000 };
    expect(worse(soon, later)).toBe(later);
    expect(worse(later, soon)).toBe(later);
    expect(worse({ ...later, retryAfterMs: 1 }, later)).toBe(later);
  });
});

describe('what was absorbed', () => {
  const results = (outcome: Outcome) => [{ target: { value: 'a', records: [0], absorbed: [1] }, outcome }];
  test.each([
    ['done', 'absorbed'],
    ['gone', 'absorbed'],
    ['absorbed', 'absorbed'],
    ['waiting', 'waiting'],
    ['retry', 'retry'],
    // A refused change did not happen: what it made needless needs a call of its own after all.
    ['dead', 'retry'],
  ] as const)('by a target that is %s is %s', (kind, expected) => {
    const outcomes = settleAll(2, results({ kind, code: 'REFUSED' }));
    expect(outcomes.map((outcome) => outcome.kind)).toEqual([kind, expected]);
  });
});

describe('a record', () => {
  test('that no call dealt with stays in the queue', () => {
    const [outcome] = settleAll(1, []);
    expect(outcome).toMatchObject({ kind: 'retry', code: 'NOT_REACHED' });
  });

  test('that is not a valid event is dead, with every reason', () => {
    const violations = [
      { pointer: '', reason: 'is not JSON' },
      { pointer: '/data/ip_list/0', reason: 'must be an IPv4 or IPv6 address' },
    ];
    const [outcome] = settle(1, { events: [], undecodable: [{ record: 0, violations }] }, EMPTY, [], []);
    expect(outcome).toEqual({
      kind: 'dead',
      code: 'INVALID_EVENT',
      reason: 'body: is not JSON; /data/ip_list/0: must be an IPv4 or IPv6 address',
    });
  });

  test('whose users call waits, waits; and so does what that call absorbed', () => {
    const change = {
      ...{ timeMs: 0, sentAtMs: 0, event: 'e', receiveCount: 1, mergedReceiveCount: 0 },
      ...{ sessionId: 's', address: '10.0.0.1', action: 'leave' as const },
    };
    const waiting = [
      {
        operation: 'deleteUsersSession' as const,
        sessionId: 's',
        ageMs: 0,
        targets: [{ value: '10.0.0.1', records: [0], absorbed: [1], change }],
      },
    ];
    const outcomes = settle(2, { events: [], undecodable: [] }, { ...EMPTY, waiting }, [], []);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['waiting', 'waiting']);
  });

  test('that a selection could not decide is tried again, whatever its sessions came to', () => {
    const undecided = { record: 0, outcome: { kind: 'retry' as const, code: 'NOT_PROVEN' as const } };
    const results = [{ target: target('a', 0), outcome: { kind: 'done' as const } }];
    expect(settle(1, { events: [], undecodable: [] }, EMPTY, results, [undecided])[0]?.kind).toBe('retry');
  });
});
