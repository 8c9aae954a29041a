/** The configuration of the memory. */
import { describe, expect, test } from 'vitest';
import { readMemoryConfig } from '../../lib/memory/config.ts';

test('without variables an environment remembers alone, and for 15 days', () => {
  expect(readMemoryConfig({})).toEqual({ table: undefined, days: 15 });
});

test('what a deployment sets', () => {
  const env = { MEMORY_TABLE: 'session-hooks-prod-memory', MEMORY_DAYS: '30' };
  expect(readMemoryConfig(env)).toEqual({ table: 'session-hooks-prod-memory', days: 30 });
});

describe('a wrong value is refused with its name, what it is and what it may be', () => {
  test.each([
    [
      { MEMORY_TABLE: 'no/slash' },
      /MEMORY_TABLE has the invalid value "no\/slash"\. Expected a DynamoDB table's name/,
    ],
    [{ MEMORY_TABLE: 'ab' }, /MEMORY_TABLE has the invalid value "ab"/],
    [
      { MEMORY_DAYS: '14' },
      /MEMORY_DAYS has the invalid value "14"\. Expected a whole number of days, 15 to 365/,
    ],
    [{ MEMORY_DAYS: '1.5' }, /MEMORY_DAYS has the invalid value "1\.5"/],
  ])('%o', (env, message) => {
    expect(() => readMemoryConfig(env)).toThrow(message);
  });
});
