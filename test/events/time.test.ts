/** Times of events are those of RFC 3339, for dates that exist. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DATE_TIME, epochMs } from '../../events/time.ts';

test.each<[string, number]>([
  // The examples of RFC 3339, section 5.8, but for a leap second that is not written in UTC.
  ['1985-04-12T23:20:50.52Z', Date.UTC(1985, 3, 12, 23, 20, 50, 520)],
  ['1996-12-19T16:39:57-08:00', Date.UTC(1996, 11, 20, 0, 39, 57)],
  ['1990-12-31T23:59:60Z', Date.UTC(1991, 0, 1)],
  ['1937-01-01T12:00:27.87+00:20', Date.UTC(1937, 0, 1, 11, 40, 27, 870)],
  ['2023-11-21T16:36:02.8957126+00:00', Date.UTC(2023, 10, 21, 16, 36, 2, 895)],
  ['2026-01-31t20:15:00z', Date.UTC(2026, 0, 31, 20, 15)],
  ['2026-01-31T20:15:00-00:00', Date.UTC(2026, 0, 31, 20, 15)],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
  ['2026-06-30T23:59:60.5+00:00', Date.UTC(2026, 6, 1, 0, 0, 0, 500)],
  [`2026-01-31T20:15:00.${'1'.repeat(500)}Z`, Date.UTC(2026, 0, 31, 20, 15, 0, 111)],
])('%s is accepted', (time, ms) => {
  expect(DATE_TIME.test(time)).toBe(true);
  expect(epochMs(time)).toBe(ms);
});

test.each([
  '2026-02-30T00:00:00Z',
  '2025-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-01-31 20:15:00Z',
  '2026-01-31T24:00:00Z',
  '2026-01-31T20:60:00Z',
  '2026-01-31T20:15:61Z',
  '2026-01-31T12:00:60Z',
  '2026-01-31T23:59:60Z',
  '2026-06-30T23:59:60+02:00',
  '2026-01-31T20:15:00',
  '2026-01-31T20:15Z',
  '2026-01-31',
  '2026-01-31T20:15:00+01',
  '2026-01-31T20:15:00+0100',
  '2026-01-31T20:15:00+24:00',
  '2026-01-31T20:15:00,5Z',
  '2026-01-31T20:15:00.Z',
  '+002026-01-31T20:15:00Z',
  '2026-01-31T20:15:00Z\n',
  '1769890500000',
  '',
])('"%s" is refused', (time) => {
  expect(DATE_TIME.test(time)).toBe(false);
});

test('a date is accepted exactly when the calendar has it, and is read as that day', () => {
  const two = (number: number): string => String(number).padStart(2, '0');
  const date = fc.record({
    year: fc.integer({ min: 100, max: 9999 }),
    month: fc.integer({ min: 0, max: 14 }),
    day: fc.integer({ min: 0, max: 33 }),
  });
  fc.assert(
    fc.property(date, ({ year, month, day }) => {
      const time = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T10:20:30Z`;
      const date = new Date(Date.UTC(year, month - 1, day, 10, 20, 30));
      const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
      expect(DATE_TIME.test(time)).toBe(exists);
      if (exists) expect(epochMs(time)).toBe(date.getTime());
    }),
    { numRuns: 5000 },
  );
});
