/** What a record becomes: SQS's attributes as Lambda delivers them. */
import { expect, test } from 'vitest';
import { decode } from '../../lib/session-events/decode.ts';
import { sqsRecord } from '../support/records.ts';

const NOW = Date.UTC(2026, 0, 31, 20, 15);
const SENT = NOW - 4000;
const body = (more: object = {}) => ({ type: 'match.ended', data: { session_id: 'a' }, ...more });
const decoded = (more: object, attributes: Record<string, string> = {}) => {
  const record = sqsRecord(body(more), 'm7', { SentTimestamp: String(SENT), ...attributes });
  return decode([record], NOW).events[0];
};

test('an event carries what the plan, the memory and the audit need', () => {
  expect(
    decoded(
      { id: 'e1' },
      { ApproximateReceiveCount: '3', ApproximateFirstReceiveTimestamp: String(SENT + 9) },
    ),
  ).toEqual({
    record: 0,
    ask: { kind: 'deleteSessions', sessionIds: ['a'] },
    type: 'match.ended',
    event: 'e1',
    timeMs: SENT,
    sentAtMs: SENT,
    ageMs: 4000,
    receiveCount: 3,
    firstReceivedAtMs: SENT + 9,
  });
});

test('without an id it is called as its message', () => {
  expect(decoded({})?.event).toBe('m7');
});

test('it happened at its time, but never later than SQS took it', () => {
  const at = (time: string) => decoded({ time })?.timeMs;
  expect(at('2026-01-31T20:14:00Z')).toBe(Date.UTC(2026, 0, 31, 20, 14));
  expect(at('2026-01-31T20:18:00Z')).toBe(SENT);
  expect(at('2099-01-01T00:00:00Z')).toBe(SENT);
});

test('a record without attributes that can be read counts as new', () => {
  const read = decoded(
    {},
    { SentTimestamp: 'soon', ApproximateReceiveCount: '', ApproximateFirstReceiveTimestamp: '' },
  );
  expect(read).toMatchObject({ sentAtMs: NOW, ageMs: 0, receiveCount: 1, firstReceivedAtMs: NOW });
});

test('records keep their positions in the batch, valid or not', () => {
  const records = ['{', body(), 'null', body()].map((one, index) => sqsRecord(one, `m${index}`));
  const { events, undecodable } = decode(records, NOW);
  expect(events.map(({ record }) => record)).toEqual([1, 3]);
  expect(undecodable.map(({ record }) => record)).toEqual([0, 2]);
  expect(undecodable[0]?.violations).toEqual([{ pointer: '', reason: 'is not JSON' }]);
});
