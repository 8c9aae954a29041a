/** The order of the events about one user. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLater, momentText } from '../../lib/memory/types.ts';

const event = (timeMs: number, sentAtMs: number, id: string, action: 'join' | 'leave' = 'join') => ({
  timeMs,
  sentAtMs,
  event: id,
  action,
});

describe('which of two events is later', () => {
  const rows: [string, ReturnType<typeof event>, ReturnType<typeof event>][] = [
    ['the one that happened later, whichever was sent first', event(2, 1, 'a'), event(1, 9, 'b')],
    ['at one time, the one that SQS took later', event(1, 2, 'a'), event(1, 1, 'b')],
    ['sent at one time, too, the one with the later id', event(1, 1, 'b', 'leave'), event(1, 1, 'a', 'join')],
    ['an id that continues another is later than that', event(1, 1, 'a-b'), event(1, 1, 'a')],
    [
      'of one id, a join: who stays by mistake costs less',
      event(1, 1, 'a', 'join'),
      event(1, 1, 'a', 'leave'),
    ],
    ['a time of more digits', event(10_000_000_000, 0, 'a'), event(9_999_999_999, 0, 'a')],
    ['any time since 1970 against one before', event(0, 1, 'a'), event(-86_400_000_000_000, 0, 'z')],
  ];
  test.each(rows)('%s', (_, later, earlier) => {
    expect(isLater(later, earlier)).toBe(true);
    expect(isLater(earlier, later)).toBe(false);
  });
  test('an event is not later than itself', () => {
    expect(isLater(event(1, 1, 'a'), event(1, 1, 'a'))).toBe(false);
  });
});

const anyEvent = fc.record({
  timeMs: fc.integer({ min: -1e14, max: 253_402_300_799_999 }),
  sentAtMs: fc.nat(3),
  // Lone surrogates, too: JSON may hold them.
  event: fc.string({ unit: 'binary', maxLength: 300 }),
  action: fc.constantFrom('join' as const, 'leave' as const),
});

test('the order is total, and DynamoDB, which compares bytes, agrees with it', () => {
  fc.assert(
    fc.property(anyEvent, anyEvent, (a, b) => {
      const [left, right] = [momentText(a), momentText(b)];
      expect(Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right)))).toBe(
        Number(isLater(a, b)) - Number(isLater(b, a)),
      );
      expect(isLater(a, b) || isLater(b, a)).toBe(left !== right);
    }),
  );
});

test('an event whose id is as long as a message fits into an item', () => {
  expect(momentText(event(1, 1, '😀'.repeat(100_000))).length).toBeLessThan(1000);
});
