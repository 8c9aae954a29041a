/** An event means the same in every envelope, and its violations point into the body as it was sent. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkEvent, parseEvent } from '../../events/index.ts';

const BYTE_ORDER_MARK = '\uFEFF';

/** A body, and the pointers of its event's members. */
interface Sent {
  body: object;
  type: string;
  data: string;
}

const plain = fc.constantFrom(
  { type: 'match.ended', data: { session_id: 'abc123-s' } },
  { type: 'user.left', data: { session_id: 'abc123-s', ip_list: ['203.0.113.7'] } },
  { type: 'match.ended', data: { session_id: '../x' } },
  { type: 'user.left', data: { session_id: 7, ip_list: ['nowhere', '::1'] } },
  { type: 'match.begun', data: {} },
);
type Plain = { type: string; data: object };

const forms: ((event: Plain) => Sent)[] = [
  (event) => ({ body: event, type: '/type', data: '/data' }),
  (event) => ({ body: { ...event, data: JSON.stringify(event.data) }, type: '/type', data: '/data' }),
  (event) => ({
    body: { specversion: '1.0', id: 'e', source: '/m', ...event },
    type: '/type',
    data: '/data',
  }),
  ({ type, data }) => ({
    body: { version: '0', 'detail-type': type, source: 'session-hooks.x', detail: data },
    type: '/detail-type',
    data: '/detail',
  }),
];

const notification = (message: string) => ({ Type: 'Notification', TopicArn: 'arn', Message: message });
const envelopes: ((sent: Sent) => Sent)[] = [
  ({ body, type, data }) => ({
    body: notification(JSON.stringify(body)),
    type: `/Message${type}`,
    data: `/Message${data}`,
  }),
  ({ body, type, data }) => ({
    body: notification(BYTE_ORDER_MARK + JSON.stringify(body)),
    type: `/Message${type}`,
    data: `/Message${data}`,
  }),
  ({ body, type, data }) => ({
    body: { version: '0', 'detail-type': 'anything', source: 'session-hooks.x', detail: body },
    type: `/detail${type}`,
    data: `/detail${data}`,
  }),
];

const form = fc.constantFrom(...forms);
const envelope = fc.constantFrom(...envelopes);
const wrapped = (sent: Sent, around: readonly ((sent: Sent) => Sent)[]): Sent =>
  around.reduce((inner, wrap) => wrap(inner), sent);

test('in up to three envelopes, of every kind and in any order', () => {
  fc.assert(
    fc.property(plain, form, fc.array(envelope, { maxLength: 3 }), (event, write, around) => {
      const expected = checkEvent(event);
      const { body, type, data } = wrapped(write(event), around);
      const parsed = parseEvent(JSON.stringify(body));
      if (expected.ok) {
        expect(parsed).toMatchObject({ ok: true, event: { type: event.type, ask: expected.event.ask } });
      } else {
        const violations = expected.violations.map(({ pointer, reason }) => ({
          pointer: pointer.replace(/^\/type/, type).replace(/^\/data/, data),
          reason,
        }));
        expect(parsed).toEqual({ ok: false, ...(expected.type && { type: expected.type }), violations });
      }
    }),
    { numRuns: 1000 },
  );
});

test('in four envelopes it is refused', () => {
  const four = fc.array(envelope, { minLength: 4, maxLength: 6 });
  fc.assert(
    fc.property(plain, form, four, (event, write, around) => {
      const parsed = checkEvent(wrapped(write(event), around).body);
      expect(parsed).toMatchObject({ ok: false, violations: [{ reason: 'is in more than 3 envelopes' }] });
    }),
  );
});

describe('what an envelope says about its event', () => {
  const bridge = (detail: object) => ({
    id: 'outer',
    time: '2026-01-31T20:15:00Z',
    'detail-type': 'x',
    source: 'session-hooks.x',
    detail,
  });
  const event = { type: 'match.ended', data: { session_id: 'a' } };
  const outerMs = Date.UTC(2026, 0, 31, 20, 15);

  test('stands in for the id and the time that the event does not have', () => {
    expect(checkEvent(bridge(event))).toMatchObject({ event: { id: 'outer', timeMs: outerMs } });
    expect(checkEvent(bridge({ ...event, id: null, time: null }))).toMatchObject({
      event: { id: 'outer', timeMs: outerMs },
    });
    const sns = {
      ...notification(JSON.stringify(event)),
      MessageId: 'm',
      Timestamp: '2026-01-31T20:15:00.000Z',
    };
    expect(checkEvent(sns)).toMatchObject({ event: { id: 'm', timeMs: outerMs } });
  });

  test("never takes the place of the event's own", () => {
    const own = { ...event, id: 'inner', time: '2026-01-31T20:14:59Z' };
    expect(checkEvent(bridge(own))).toMatchObject({ event: { id: 'inner', timeMs: outerMs - 1000 } });
  });

  test('is ignored where it is not an id or a time', () => {
    expect(checkEvent({ ...bridge(event), id: 7, time: 'yesterday' })).toEqual({
      ok: true,
      event: { type: 'match.ended', ask: { kind: 'deleteSessions', sessionIds: ['a'] } },
    });
  });
});

describe('one byte order mark', () => {
  const text = JSON.stringify({ type: 'match.ended', data: { session_id: 'abc123-s' } });
  const data = `${BYTE_ORDER_MARK}{"session_id":"abc123-s"}`;
  test.each([
    ['before a body', BYTE_ORDER_MARK + text],
    ['before the message of a notification', JSON.stringify(notification(BYTE_ORDER_MARK + text))],
    ['before data that is text', JSON.stringify({ type: 'match.ended', data })],
  ])('%s is skipped', (_, body) => {
    expect(parseEvent(body)).toMatchObject({ ok: true });
  });

  test('a second one is not JSON', () => {
    expect(parseEvent(BYTE_ORDER_MARK.repeat(2) + text)).toMatchObject({
      ok: false,
      violations: [{ pointer: '', reason: 'is not JSON' }],
    });
  });
});
