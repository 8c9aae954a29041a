/** How long a record that goes back stays out of sight. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visibilitySeconds } from '../../lib/session-events/back-off.ts';

const random = fc.double({ min: 0, max: 0.999_999, noNaN: true });

test('an event that waits for its match to end comes back after 5 to 10 seconds', () => {
  fc.assert(
    fc.property(random, fc.integer({ min: 1, max: 1000 }), (dice, receives) => {
      const seconds = visibilitySeconds({ kind: 'waiting' }, receives, () => dice);
      expect(seconds).toBeGreaterThanOrEqual(5);
      expect(seconds).toBeLessThanOrEqual(10);
    }),
  );
});

test('an event that failed comes back after 5 seconds to 15 minutes, whatever its receive count', () => {
  fc.assert(
    fc.property(random, fc.integer({ min: 0, max: 100_000 }), (dice, receives) => {
      const seconds = visibilitySeconds({ kind: 'retry' }, receives, () => dice);
      expect(Number.isInteger(seconds)).toBe(true);
      expect(seconds).toBeGreaterThanOrEqual(5);
      expect(seconds).toBeLessThanOrEqual(900);
    }),
  );
});

test('the longest back-off doubles with every receive until it is 15 minutes', () => {
  const longest = [1, 2, 3, 8, 9].map((receives) =>
    visibilitySeconds({ kind: 'retry' }, receives, () => 0.999_999),
  );
  expect(longest).toEqual([10, 20, 40, 900, 900]);
});

test("the API's Retry-After is never undercut", () => {
  expect(visibilitySeconds({ kind: 'retry', retryAfterMs: 120_500 }, 1, () => 0)).toBe(121);
});
