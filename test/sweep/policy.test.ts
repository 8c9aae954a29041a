/** The policy of the sweep as a pure function: every rule in both directions. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createdAt } from '../../lib/edgegap/create-time.ts';
import { judge, type SessionFacts, type SweepPolicy } from '../../lib/sweep/policy.ts';
import type { Selector } from '../../lib/sweep/selectors.ts';

const NOW = Date.UTC(2026, 0, 2, 12);
const MINUTE = 60_000;
const OFF = Number.POSITIVE_INFINITY;

const POLICY: SweepPolicy = {
  emptyAfterMs: 20 * MINUTE,
  unlinkedAfterMs: 10 * MINUTE,
  maxAgeMs: OFF,
  emptyProof: 'shown',
  protect: [],
  only: [],
};

/** A session that is linked, ready and empty for certain, an hour old. */
const EMPTY: SessionFacts = {
  id: 'abc123-s',
  status: 'ready',
  linked: true,
  users: 0,
  usersShown: true,
  hadUsers: true,
  createdMs: NOW - 60 * MINUTE,
  deployments: ['f68e01cbc63b'],
  tags: ['ranked', 'eu-west'],
};

const decide = (facts: Partial<SessionFacts>, policy: Partial<SweepPolicy> = {}) =>
  judge({ ...EMPTY, ...facts }, NOW, { ...POLICY, ...policy });
const aged = (ms: number): Partial<SessionFacts> => ({ createdMs: NOW - ms });
const unlinked: Partial<SessionFacts> = { linked: false, status: 'seeking' };
const named = (kind: Selector['kind'], text: string, prefix = false): Selector => ({ kind, text, prefix });

describe('the rules', () => {
  test.each<[string, Partial<SessionFacts>, string, boolean]>([
    ['empty for longer than allowed', {}, 'empty', true],
    ['empty, 1 ms older than allowed', aged(20 * MINUTE + 1), 'empty', true],
    ['empty, exactly as old as allowed', aged(20 * MINUTE), 'young', false],
    ['with a user', { users: 1 }, 'alive', false],
    ['linked, whatever the status', { status: 'waiting' }, 'empty', true],
    [
      'ready and not linked, before its time as an empty one',
      { linked: false, ...aged(15 * MINUTE) },
      'unlinked',
      true,
    ],
    ['unlinked for longer than allowed', unlinked, 'unlinked', true],
    ['unlinked, 1 ms older than allowed', { ...unlinked, ...aged(10 * MINUTE + 1) }, 'unlinked', true],
    ['unlinked, exactly as old as allowed', { ...unlinked, ...aged(10 * MINUTE) }, 'young', false],
    ['unlinked with a user', { ...unlinked, users: 1 }, 'alive', false],
    ['in error, just created', { status: 'error', ...aged(0) }, 'error', true],
    ['unprocessable, just created', { status: 'unprocessable', ...aged(0) }, 'error', true],
    ['in error with a user', { status: 'error', users: 1 }, 'alive', false],
    ['terminating', { status: 'terminating' }, 'ending', false],
    ['of a status that nobody knows', { status: 'paused' }, 'empty', true],
  ])('%s', (_name, facts, rule, stop) => {
    expect(decide(facts)).toMatchObject({ stop, rule });
  });

  test.each(['initializing', 'seeking', 'waiting'])(
    'a session that is %s and not linked has the time that the rule unlinked allows',
    (status) => {
      const pending = { status, linked: false, ...aged(30 * MINUTE) };
      expect(decide(pending, { unlinkedAfterMs: 40 * MINUTE })).toMatchObject({ stop: false, rule: 'young' });
      expect(decide(pending, { unlinkedAfterMs: OFF })).toMatchObject({ stop: false, rule: 'alive' });
    },
  );

  test('SWEEP_MAX_AGE stops any session that is older, and none that is exactly as old', () => {
    const maxAge = { maxAgeMs: 60 * MINUTE };
    const playing = { users: 2 };
    expect(decide({ ...playing, ...aged(60 * MINUTE + 1) }, maxAge)).toMatchObject({
      rule: 'max-age',
      stop: true,
    });
    expect(decide({ ...playing, ...aged(60 * MINUTE) }, maxAge)).toMatchObject({
      rule: 'young',
      stop: false,
    });
    expect(decide({ users: undefined, ...aged(60 * MINUTE + 1) }, maxAge)).toMatchObject({ rule: 'max-age' });
  });

  test('a threshold that is off switches its rule off', () => {
    expect(decide({}, { emptyAfterMs: OFF })).toMatchObject({ stop: false, rule: 'alive' });
    expect(decide(unlinked, { unlinkedAfterMs: OFF })).toMatchObject({ stop: false, rule: 'alive' });
  });

  test('the verdict has the age', () => {
    expect(decide({}).ageMs).toBe(60 * MINUTE);
    expect(decide({ status: 'terminating' }).ageMs).toBe(60 * MINUTE);
    expect(decide({ createdMs: undefined })).not.toHaveProperty('ageMs');
  });
});

describe('what the API does not show keeps a session', () => {
  test.each<[string, Partial<SessionFacts>]>([
    ['its age', { createdMs: undefined }],
    ['its users', { users: undefined }],
    ['whether it is linked, and its status', { linked: undefined, status: undefined }],
    ['whether it is linked, while it is pending', { linked: undefined, status: 'seeking' }],
    ['any list of its users, and no run saw one', { usersShown: false, hadUsers: false }],
  ])('%s', (_name, facts) => {
    expect(decide(facts)).toMatchObject({ stop: false, rule: 'unknown' });
  });

  test.each<[string, Partial<SessionFacts>, string]>([
    ['its link, where the status says that it is settled', { linked: undefined }, 'empty'],
    ['its status, where it is linked', { status: undefined }, 'empty'],
    ['its status, where it is not linked', { status: undefined, linked: false }, 'unlinked'],
    ['a list of users, where an earlier run saw users', { usersShown: false }, 'empty'],
    ['earlier users, where a list of users is shown', { hadUsers: false }, 'empty'],
    [
      'its tags and deployment, where nothing is protected',
      { tags: undefined, deployments: undefined },
      'empty',
    ],
  ])('but not %s', (_name, facts, rule) => {
    expect(decide(facts)).toMatchObject({ stop: true, rule });
  });

  test('SWEEP_EMPTY_PROOF=seen: a list of users that is empty does not prove that a session is empty', () => {
    const seen = { emptyProof: 'seen' } as const;
    expect(decide({ hadUsers: false }, seen)).toMatchObject({ stop: false, rule: 'unknown' });
    expect(decide({ hadUsers: true }, seen)).toMatchObject({ stop: true, rule: 'empty' });
    expect(decide({ ...unlinked, hadUsers: false }, seen)).toMatchObject({ stop: true, rule: 'unlinked' });
  });

  test('a session that is too young for any rule is young, whatever else is unknown', () => {
    const hidden = { users: undefined, linked: undefined, tags: undefined, ...aged(MINUTE) };
    expect(decide(hidden, { protect: [named('tag', 'a')] })).toMatchObject({ stop: false, rule: 'young' });
  });
});

describe('SWEEP_PROTECT and SWEEP_ONLY', () => {
  const NAMES = [
    named('session', 'abc123-s'),
    named('session', 'abc', true),
    named('deployment', 'f68e01cbc63b'),
    named('deployment', 'f6', true),
    named('tag', 'ranked'),
    named('tag', 'eu', true),
  ];
  const OTHERS = [
    named('session', 'abc'),
    named('session', 'abc123-s-and-more', true),
    named('deployment', 'abc123-s'),
    named('tag', 'f68e01cbc63b'),
    named('tag', 'rank'),
  ];

  test.each(NAMES)('%j names the session', (selector) => {
    expect(decide({}, { protect: [named('tag', 'other'), selector] })).toMatchObject({ rule: 'protected' });
    expect(decide({}, { only: [named('tag', 'other'), selector] })).toMatchObject({ stop: true });
  });

  test.each(OTHERS)('%j does not name the session', (selector) => {
    expect(decide({}, { protect: [selector] })).toMatchObject({ stop: true });
    expect(decide({}, { only: [selector] })).toMatchObject({ stop: false, rule: 'excluded' });
  });

  test.each<[Selector, Partial<SessionFacts>]>([
    [named('tag', 'other'), { tags: undefined }],
    [named('deployment', 'other'), { deployments: undefined }],
  ])('where what %j names is not shown, the session is kept', (selector, facts) => {
    expect(decide(facts, { protect: [selector] })).toMatchObject({ stop: false, rule: 'unknown' });
    expect(decide(facts, { only: [selector] })).toMatchObject({ stop: false, rule: 'unknown' });
  });

  test('a session that is protected and named by SWEEP_ONLY is kept', () => {
    const both = { protect: [named('tag', 'ranked')], only: [named('session', 'abc123-s')] };
    expect(decide({}, both)).toMatchObject({ stop: false, rule: 'protected' });
  });
});

describe('for any session and any policy', () => {
  const unknownOr = <T>(known: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
    fc.option(known, { nil: undefined, freq: 4 });
  const word = fc.constantFrom(
    'ready',
    'error',
    'unprocessable',
    'initializing',
    'seeking',
    'waiting',
    'new',
  );
  const name = fc.constantFrom('a', 'b', 'ab');
  const anySession: fc.Arbitrary<SessionFacts> = fc.record({
    id: name,
    status: unknownOr(word),
    linked: unknownOr(fc.boolean()),
    users: unknownOr(fc.nat(2)),
    usersShown: fc.boolean(),
    hadUsers: fc.boolean(),
    createdMs: unknownOr(fc.nat(100 * MINUTE).map((ms) => NOW - ms)),
    deployments: unknownOr(fc.array(name, { maxLength: 2 })),
    tags: unknownOr(fc.array(name, { maxLength: 2 })),
  });
  const kind = fc.constantFrom<Selector['kind']>('session', 'deployment', 'tag', 'app');
  const anySelectors = fc.array(fc.record({ kind, text: name, prefix: fc.boolean() }), { maxLength: 2 });
  const threshold = fc.oneof(fc.nat(100 * MINUTE), fc.constant(OFF));
  const anyPolicy: fc.Arbitrary<SweepPolicy> = fc.record({
    emptyAfterMs: threshold,
    unlinkedAfterMs: threshold,
    maxAgeMs: threshold,
    emptyProof: fc.constantFrom<SweepPolicy['emptyProof']>('shown', 'seen'),
    protect: anySelectors,
    only: anySelectors,
  });

  /** Every way in which what is unknown may be: a stop must be right in all of them. */
  function possible(session: SessionFacts): SessionFacts[] {
    const either = <T>(value: T | undefined, values: readonly T[]): readonly T[] =>
      value === undefined ? values : [value];
    const statuses = either(session.status, ['ready', 'seeking']);
    const links = either(session.linked, [true, false]);
    const counts = either(session.users, [0, 1]);
    const names = [[], ['a'], ['b'], ['ab']];
    return statuses.flatMap((status) =>
      links.flatMap((linked) =>
        counts.flatMap((users) =>
          either(session.deployments, names).flatMap((deployments) =>
            either(session.tags, names).map((tags) => ({
              ...session,
              status,
              linked,
              users,
              deployments,
              tags,
            })),
          ),
        ),
      ),
    );
  }

  test('what is stopped would be stopped whatever the unknown is: unknown is never stopped', () => {
    fc.assert(
      fc.property(anySession, anyPolicy, (session, policy) => {
        if (!judge(session, NOW, policy).stop) return;
        for (const one of possible(session)) expect(judge(one, NOW, policy).stop).toBe(true);
      }),
    );
  });

  test('a session whose age is unknown is never stopped', () => {
    fc.assert(
      fc.property(anySession, anyPolicy, (session, policy) => {
        expect(judge({ ...session, createdMs: undefined }, NOW, policy).stop).toBe(false);
      }),
    );
  });

  test('what a selector of SWEEP_PROTECT names is never stopped, and nothing that SWEEP_ONLY does not name', () => {
    const names = ({ id, deployments = [], tags = [] }: SessionFacts, { kind, text, prefix }: Selector) =>
      ({ session: [id], deployment: deployments, tag: tags, app: [''] })[kind].some((one) =>
        prefix ? one.startsWith(text) : one === text,
      );
    fc.assert(
      fc.property(anySession, anyPolicy, (session, policy) => {
        if (!judge(session, NOW, policy).stop) return;
        expect(policy.protect.some((selector) => names(session, selector))).toBe(false);
        if (policy.only.length > 0)
          expect(policy.only.some((selector) => names(session, selector))).toBe(true);
      }),
    );
  });

  test('raising a threshold never stops more', () => {
    fc.assert(
      fc.property(
        anySession,
        anyPolicy,
        threshold,
        threshold,
        threshold,
        (session, policy, one, two, three) => {
          const higher = {
            ...policy,
            emptyAfterMs: policy.emptyAfterMs + one,
            unlinkedAfterMs: policy.unlinkedAfterMs + two,
            maxAgeMs: policy.maxAgeMs + three,
          };
          if (judge(session, NOW, higher).stop) expect(judge(session, NOW, policy).stop).toBe(true);
        },
      ),
    );
  });

  test('a session with users is stopped by SWEEP_MAX_AGE alone', () => {
    fc.assert(
      fc.property(anySession, anyPolicy, (session, policy) => {
        const playing = { ...session, users: (session.users ?? 0) + 1 };
        const verdict = judge(playing, NOW, policy);
        if (verdict.stop) expect(verdict.rule).toBe('max-age');
        expect(judge(playing, NOW, { ...policy, maxAgeMs: OFF }).stop).toBe(false);
      }),
    );
  });
});

describe('create_time', () => {
  test.each([
    ['2024-05-26 12:00:45.831041', Date.UTC(2024, 4, 26, 12, 0, 45, 831)],
    [' 2024-05-26 12:00:45 ', Date.UTC(2024, 4, 26, 12, 0, 45)],
    ['2024-05-26T12:00:45+02:00', Date.UTC(2024, 4, 26, 10, 0, 45)],
    ['2024-05-26T12:00:45.5Z', Date.UTC(2024, 4, 26, 12, 0, 45, 500)],
    ['yesterday', undefined],
    // The zero times of Go and of Unix: what a server writes where it has none.
    ['0001-01-01 00:00:00', undefined],
    ['1970-01-01T00:00:00Z', undefined],
    ['2024-13-26 12:00:45', undefined],
    ['2024-05-26', undefined],
    ['x2024-05-26 12:00:45', undefined],
    ['2024-05-26 12:00:45x', undefined],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('%j: without a zone it is UTC', (text, ms) => {
    expect(createdAt(text)).toBe(ms);
  });
});
