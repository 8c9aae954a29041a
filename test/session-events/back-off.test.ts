/** How long a record that goes back stays out of sight. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { visibilitySeconds } from '../../lib/session-events/back-off.ts';

/** The largest number that Math.random returns. */
const HIGHEST = 1 - Number.EPSILON / 2;
const DAY_S = 24 * 60 * 60;

const bounds = (outcome: Parameters<typeof visibilitySeconds>[0], receives: number) => [
  visibilitySeconds(outcome, receives, () => 0),
  visibilitySeconds(outcome, receives, () => HIGHEST),
];

test('every wait is a whole number of seconds within the bounds of its receive count', () => {
  const kinds = fc.constantFrom<'retry' | 'waiting'>('retry', 'waiting');
  const dice = fc.double({ min: 0, max: HIGHEST, noNaN: true });
  fc.assert(
    fc.property(kinds, dice, fc.integer({ min: 0, max: 100_000 }), (kind, random, receives) => {
      const seconds = visibilitySeconds({ kind }, receives, () => random);
      const [least = 0, most = 0] = bounds({ kind }, receives);
      expect(Number.isInteger(seconds)).toBe(true);
      expect(seconds).toBeGreaterThanOrEqual(least);
      expect(seconds).toBeLessThanOrEqual(most);
    }),
  );
});

describe('an event that failed', () => {
  test.each([
    [0, 10],
    [1, 10],
    [2, 20],
    [3, 40],
    [7, 640],
    [8, 900],
    [9, 900],
    [1000, 900],
  ])('comes back after its receive %i in 5 to %i seconds', (receives, most) => {
    expect(bounds({ kind: 'retry' }, receives)).toEqual([5, most]);
  });

  test("the API's Retry-After is never undercut", () => {
    expect(bounds({ kind: 'retry', retryAfterMs: 120_500 }, 1)).toEqual([121, 121]);
    expect(bounds({ kind: 'retry', retryAfterMs: 7000 }, 1)).toEqual([7, 10]);
    expect(bounds({ kind: 'retry', retryAfterMs: 0 }, 1)).toEqual([5, 10]);
  });

  test('of a Retry-After, at most 15 minutes count', () => {
    expect(bounds({ kind: 'retry', retryAfterMs: 900_000 }, 1)).toEqual([900, 900]);
    expect(bounds({ kind: 'retry', retryAfterMs: 86_400_000 }, 1)).toEqual([900, 900]);
  });
});

describe('an event that waits for its match to end', () => {
  test.each([
    [1, 2, 3],
    [2, 5, 10],
    [3, 5, 10],
    [4, 5, 20],
    [5, 5, 40],
    [6, 5, 80],
    [7, 60, 160],
    [8, 200, 300],
    [9, 200, 300],
    [1000, 200, 300],
  ])('comes back after its receive %i in %i to %i seconds', (receives, least, most) => {
    expect(bounds({ kind: 'waiting' }, receives)).toEqual([least, most]);
  });

  test('can wait two days and more before its 1,000 receives are used up', () => {
    const shortest = Array.from(
      { length: 1000 },
      (_, index) => bounds({ kind: 'waiting' }, index + 1)[0] ?? 0,
    ).reduce((sum, seconds) => sum + seconds, 0);
    expect(shortest).toBe(2 + 5 * 5 + 60 + 993 * 200);
    expect(shortest).toBeGreaterThan(2 * DAY_S);
  });

  test('does not look at a Retry-After: no call was made', () => {
    expect(bounds({ kind: 'waiting', retryAfterMs: 900_000 }, 2)).toEqual([5, 10]);
  });
});

test('a removal that is held back comes back once it is due, whatever its receive count', () => {
  for (const receives of [1, 2, 40]) {
    expect(bounds({ kind: 'waiting', waitMs: 40_000 }, receives)).toEqual([41, 41]);
    expect(bounds({ kind: 'waiting', waitMs: 39_001 }, receives)).toEqual([41, 41]);
    expect(bounds({ kind: 'waiting', waitMs: 3_600_000 }, receives)).toEqual([3601, 3601]);
  }
});
