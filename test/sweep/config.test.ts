import { describe, expect, test } from 'vitest';
import { readSweepConfig } from '../../lib/sweep/config.ts';

test('the defaults: it only reports; 15 minutes, no maximum age, at most 500 stops, nothing protected, all selected', () => {
  expect(readSweepConfig({})).toEqual({
    policy: {
      emptyAfterMs: 900_000,
      unlinkedAfterMs: 900_000,
      maxAgeMs: Number.POSITIVE_INFINITY,
      emptyProof: 'shown',
      protect: [],
      only: [],
    },
    mode: 'report',
    maxStops: 500,
  });
});

test('every variable', () => {
  const env = {
    SWEEP_EMPTY_AFTER: '90s',
    SWEEP_UNLINKED_AFTER: '2h',
    SWEEP_MAX_AGE: '1d',
    SWEEP_EMPTY_PROOF: 'seen',
    SWEEP_PROTECT: 'session:lobby*, tag:Map A',
    SWEEP_ONLY: 'deployment:f68e01cbc63b',
    SWEEP_MODE: 'stop',
    SWEEP_MAX_STOPS: '10000',
  };
  expect(readSweepConfig(env)).toEqual({
    policy: {
      emptyAfterMs: 90_000,
      unlinkedAfterMs: 7_200_000,
      maxAgeMs: 86_400_000,
      emptyProof: 'seen',
      protect: [
        { kind: 'session', text: 'lobby', prefix: true },
        { kind: 'tag', text: 'Map A', prefix: false },
      ],
      only: [{ kind: 'deployment', text: 'f68e01cbc63b', prefix: false }],
    },
    mode: 'stop',
    maxStops: 10_000,
  });
});

test('none, all, report and off name the defaults', () => {
  const env = { SWEEP_PROTECT: 'none', SWEEP_ONLY: 'all', SWEEP_MODE: 'report', SWEEP_EMPTY_PROOF: 'shown' };
  expect(readSweepConfig({ ...env, SWEEP_MAX_AGE: 'off' })).toEqual(readSweepConfig({}));
  expect(readSweepConfig({ SWEEP_EMPTY_AFTER: 'off' }).policy.emptyAfterMs).toBe(Number.POSITIVE_INFINITY);
});

describe('a wrong value is refused by name, with what is expected', () => {
  test.each([
    ['SWEEP_EMPTY_AFTER', '15x', '90s, 15m, 2h, 1d'],
    ['SWEEP_EMPTY_AFTER', '0m', '90s, 15m, 2h, 1d'],
    ['SWEEP_UNLINKED_AFTER', '-15m', '90s, 15m, 2h, 1d'],
    ['SWEEP_UNLINKED_AFTER', '15m30s', '90s, 15m, 2h, 1d'],
    ['SWEEP_MAX_AGE', '', 'off'],
    ['SWEEP_EMPTY_PROOF', 'maybe', 'shown or seen'],
    ['SWEEP_MODE', 'delete', 'report or stop'],
    ['SWEEP_MODE', '', 'report or stop'],
    ['SWEEP_MAX_STOPS', '0', '1 to 10000'],
    ['SWEEP_MAX_STOPS', '', '1 to 10000'],
    ['SWEEP_PROTECT', 'session', 'session:ID'],
    ['SWEEP_PROTECT', '', 'session:ID'],
    ['SWEEP_PROTECT', 'all', 'none, or session:ID'],
    ['SWEEP_PROTECT', 'tag:a*b', 'tag:NAME'],
    ['SWEEP_PROTECT', 'tag:*', 'tag:NAME'],
    ['SWEEP_PROTECT', 'tag:a,', 'tag:NAME'],
    ['SWEEP_PROTECT', 'tag:a,user:b', 'tag:NAME'],
    ['SWEEP_ONLY', 'none', 'all, or session:ID'],
    ['SWEEP_ONLY', '', 'all, or session:ID'],
    ['SWEEP_ONLY', 'stage-test', 'tag:NAME'],
  ])('%s=%j', (name, value, expected) => {
    expect(() => readSweepConfig({ [name]: value })).toThrow(name);
    expect(() => readSweepConfig({ [name]: value })).toThrow(expected);
  });
});
