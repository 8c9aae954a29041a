import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SessionContext, SessionGet } from '../../lib/edgegap/models.ts';
import { readSweepConfig } from '../../lib/sweep/config.ts';
import { createdAt, judge } from '../../lib/sweep/policy.ts';

const NOW = Date.UTC(2026, 0, 2, 12);
const MINUTE = 60_000;

interface Case {
  status: string;
  linked: boolean;
  users: number;
  minutes: number;
}

const listedOf = ({ status, linked, users }: Case): SessionContext => ({
  session_id: 'abc123-s',
  status: `Status.${status}`,
  ready: linked,
  linked,
  kind: 'MATCH',
  user_count: users,
  deployment_request_id: 'f68e01cbc63b',
});

const detailsOf = (one: Case): SessionGet => ({
  ...listedOf(one),
  app_version: 1,
  elapsed: 0,
  create_time: new Date(NOW - one.minutes * MINUTE).toISOString().replace('T', ' ').replace('Z', '000'),
  deployment: { request_id: 'f68e01cbc63b', tags: ['ranked', 'eu-west'] },
});

const verdict = (one: Case, env: Record<string, string> = {}) =>
  judge(listedOf(one), detailsOf(one), NOW, readSweepConfig(env).policy);

const session = fc.record<Case>({
  status: fc.constantFrom(
    'READY',
    'ERROR',
    'UNPROCESSABLE',
    'INITIALIZING',
    'SEEKING',
    'WAITING',
    'TERMINATING',
  ),
  linked: fc.boolean(),
  users: fc.nat(3),
  minutes: fc.nat(5000),
});
const minutes = fc.integer({ min: 1, max: 6000 });
const thresholds = fc.record({ empty: minutes, unlinked: minutes, age: minutes });
type Thresholds = { empty: number; unlinked: number; age: number };
const envOf = ({ empty, unlinked, age }: Thresholds) => ({
  SWEEP_EMPTY_AFTER: `${empty}m`,
  SWEEP_UNLINKED_AFTER: `${unlinked}m`,
  SWEEP_MAX_AGE: `${age}m`,
});

describe('the policy of the sweep', () => {
  test.each([
    [
      'an empty session of 16 minutes',
      { status: 'READY', linked: true, users: 0, minutes: 16 },
      true,
      'empty',
    ],
    [
      'an empty session of 14 minutes',
      { status: 'READY', linked: true, users: 0, minutes: 14 },
      false,
      'young',
    ],
    [
      'a session that waits for 16 minutes',
      { status: 'WAITING', linked: false, users: 0, minutes: 16 },
      true,
      'unlinked',
    ],
    ['a new session in error', { status: 'ERROR', linked: true, users: 0, minutes: 0 }, true, 'error'],
    [
      'an unprocessable session',
      { status: 'UNPROCESSABLE', linked: false, users: 0, minutes: 1 },
      true,
      'error',
    ],
    ['a session with users', { status: 'READY', linked: true, users: 1, minutes: 9999 }, false, 'alive'],
    [
      'a session that ends already',
      { status: 'TERMINATING', linked: true, users: 0, minutes: 99 },
      false,
      'ending',
    ],
  ])('%s', (_name, one, stop, rule) => {
    expect(verdict(one)).toMatchObject({ stop, rule });
  });

  test('a session that waits for its deployment has the time of SWEEP_UNLINKED_AFTER', () => {
    const waiting = { status: 'SEEKING', linked: false, users: 0, minutes: 20 };
    expect(verdict(waiting, { SWEEP_UNLINKED_AFTER: '30m' })).toMatchObject({ stop: false, rule: 'young' });
  });

  test('a session with users is stopped by SWEEP_MAX_AGE alone', () => {
    fc.assert(
      fc.property(session, thresholds, (one, given) => {
        const decided = verdict({ ...one, users: one.users + 1 }, envOf(given));
        if (decided.stop) expect(decided.rule).toBe('max-age');
        expect(verdict({ ...one, users: 1 }, { ...envOf(given), SWEEP_MAX_AGE: 'off' }).stop).toBe(false);
      }),
    );
  });

  test('raising a threshold never stops more', () => {
    fc.assert(
      fc.property(session, thresholds, thresholds, (one, low, more) => {
        const high = {
          empty: low.empty + more.empty,
          unlinked: low.unlinked + more.unlinked,
          age: low.age + more.age,
        };
        if (verdict(one, envOf(high)).stop) expect(verdict(one, envOf(low)).stop).toBe(true);
      }),
    );
  });

  test('a protected session is never stopped', () => {
    const names = [
      'session:abc123-s',
      'session:abc*',
      'deployment:f68e01cbc63b',
      'deployment:f6*',
      'tag:ranked',
      'tag:eu*',
    ];
    fc.assert(
      fc.property(session, thresholds, fc.constantFrom(...names), (one, given, name) => {
        const env = { ...envOf(given), SWEEP_PROTECT: `tag:other, ${name}` };
        expect(verdict(one, env)).toMatchObject({ stop: false, rule: 'protected' });
      }),
    );
  });

  test('a session whose age cannot be told is kept', () => {
    fc.assert(
      fc.property(session, fc.string(), (one, junk) => {
        fc.pre(createdAt(junk) === undefined);
        const details = { ...detailsOf(one), create_time: junk };
        expect(judge(listedOf(one), details, NOW, readSweepConfig({}).policy).stop).toBe(false);
        expect(judge(listedOf(one), undefined, NOW, readSweepConfig({}).policy).stop).toBe(false);
      }),
    );
  });

  test('create_time without a zone is UTC', () => {
    expect(createdAt('2024-05-26 12:00:45.831041')).toBe(Date.UTC(2024, 4, 26, 12, 0, 45, 831));
    expect(createdAt('2024-05-26T12:00:45+02:00')).toBe(Date.UTC(2024, 4, 26, 10, 0, 45));
    expect(createdAt('yesterday')).toBeUndefined();
  });
});

describe('the configuration of the sweep', () => {
  test('the defaults: 15 minutes, no maximum age, stop, at most 500', () => {
    expect(readSweepConfig({})).toEqual({
      policy: {
        emptyAfterMs: 900_000,
        unlinkedAfterMs: 900_000,
        maxAgeMs: Number.POSITIVE_INFINITY,
        protect: [],
      },
      mode: 'stop',
      maxStops: 500,
    });
  });

  test.each([
    ['SWEEP_EMPTY_AFTER', '15x', '90s, 15m, 2h, 1d'],
    ['SWEEP_UNLINKED_AFTER', '-15m', '90s, 15m, 2h, 1d'],
    ['SWEEP_MAX_AGE', '', 'off'],
    ['SWEEP_MODE', 'delete', 'stop or report'],
    ['SWEEP_MAX_STOPS', '0', '1 to 10000'],
    ['SWEEP_MAX_STOPS', '', '1 to 10000'],
    ['SWEEP_PROTECT', 'session', 'session:ID'],
    ['SWEEP_PROTECT', '', 'session:ID'],
    ['SWEEP_PROTECT', 'tag:a*b', 'tag:NAME'],
  ])('%s=%j is refused by name, with what it may be', (name, value, expected) => {
    expect(() => readSweepConfig({ [name]: value })).toThrow(name);
    expect(() => readSweepConfig({ [name]: value })).toThrow(expected);
  });
});
