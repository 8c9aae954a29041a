/** Dead letters: what they carry, and that every body finds room. Limits: SQS's quotas for messages. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deadLetterMessage, sendDeadLetters } from '../../lib/session-events/dead-letters.ts';
import type { OutgoingMessage } from '../../lib/sqs/send.ts';
import { attributesBytes } from '../../lib/sqs/send.ts';
import { sqsRecord } from '../support/records.ts';
import { startSqs } from '../support/sqs.ts';

const MIB = 1_048_576;
const FAILED_AT = new Date('2026-01-31T20:15:00Z');
/** An id as SQS makes them. */
const MESSAGE_ID = '0c1f6ea4-6a37-4a3c-8f0f-2a4f0e6bb1a5';

function letter({
  body = '{',
  reason = 'body: is not JSON',
  messageAttributes = {},
  SentTimestamp = '1769890500000',
} = {}) {
  const attributes = { SentTimestamp, ApproximateReceiveCount: '3' };
  const record = { ...sqsRecord(body, MESSAGE_ID, attributes), messageAttributes };
  return { record, code: 'INVALID_EVENT', reason };
}

const messageOf = (options: Parameters<typeof letter>[0]) => deadLetterMessage(letter(options), FAILED_AT);
const valuesOf = ({ attributes = {} }: OutgoingMessage) =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, value.StringValue]));
const bytesOf = ({ body, attributes }: OutgoingMessage) =>
  Buffer.byteLength(body) + attributesBytes(attributes);

test.each(['', 'never', '1e300'])(
  'a dead letter whose message was sent at "%s" is sent without that time',
  (SentTimestamp) => {
    const values = valuesOf(messageOf({ SentTimestamp }));
    expect(values).not.toHaveProperty('ORIGINAL_SENT_AT');
    expect(values).toMatchObject({ ERROR_CODE: 'INVALID_EVENT', ORIGINAL_MESSAGE_ID: MESSAGE_ID });
  },
);

test('a dead letter keeps the body, and says what failed, why, when, and where it came from', () => {
  const message = messageOf({ body: '{ "as": "it came" ' });
  expect(message.body).toBe('{ "as": "it came" ');
  expect(valuesOf(message)).toEqual({
    ERROR_CODE: 'INVALID_EVENT',
    ERROR_MESSAGE: 'body: is not JSON',
    FAILED_AT: '2026-01-31T20:15:00.000Z',
    ORIGINAL_MESSAGE_ID: MESSAGE_ID,
    ORIGINAL_SENT_AT: '2026-01-31T20:15:00.000Z',
    RECEIVE_COUNT: '3',
  });
  expect(message.attributes?.RECEIVE_COUNT?.DataType).toBe('Number');
});

describe("the sender's own attributes", () => {
  const text = (stringValue: string) => ({ dataType: 'String', stringValue });

  test('stay, binary ones too, as far as ten attributes allow', () => {
    const messageAttributes = {
      traceparent: text('00-1'),
      key: { dataType: 'Binary.gzip', binaryValue: Buffer.from('bytes').toString('base64') },
      a: text('a'),
      b: text('b'),
      c: text('one too many'),
    };
    const { attributes = {} } = messageOf({ messageAttributes });
    expect(Object.keys(attributes)).toHaveLength(10);
    expect(attributes.traceparent).toEqual({ DataType: 'String', StringValue: '00-1' });
    expect(attributes.key).toEqual({ DataType: 'Binary.gzip', BinaryValue: Buffer.from('bytes') });
    expect(attributes.c).toBeUndefined();
  });

  test('never take the place of ours', () => {
    expect(valuesOf(messageOf({ messageAttributes: { ERROR_CODE: text('FORGED') } })).ERROR_CODE).toBe(
      'INVALID_EVENT',
    );
  });
});

describe('a reason', () => {
  const reasonOf = (reason: string) => valuesOf(messageOf({ reason })).ERROR_MESSAGE ?? '';

  test('has no control character, no half of a pair and no non-character: SQS refuses them', () => {
    expect(reasonOf('a\u0000b\u001bc\ud83dd\ufffee\uffff')).toBe('a?b?c?d?e?');
    expect(reasonOf('tab\t line\n ü \u{1f600}')).toBe('tab\t line\n ü \u{1f600}');
  });

  test('is never empty, and at most 1,024 bytes of whole characters', () => {
    expect(reasonOf('')).toBe('no reason given');
    expect(reasonOf('x'.repeat(5000))).toBe('x'.repeat(1024));
    expect(reasonOf(`x${'\u{1f600}'.repeat(500)}`)).toBe(`x${'\u{1f600}'.repeat(255)}`);
  });
});

describe('where room is short', () => {
  const names = (bodyBytes: number, reason = 'r'.repeat(500)) =>
    Object.keys(messageOf({ body: 'x'.repeat(bodyBytes), reason }).attributes ?? {});
  const ALL = [
    'ERROR_CODE',
    'ORIGINAL_SENT_AT',
    'ERROR_MESSAGE',
    'ORIGINAL_MESSAGE_ID',
    'RECEIVE_COUNT',
    'FAILED_AT',
  ];

  test('the reason is cut first, and by no more than it must be', () => {
    const message = messageOf({ body: 'x'.repeat(MIB - 500), reason: 'r'.repeat(500) });
    expect(Object.keys(message.attributes ?? {})).toEqual(ALL);
    expect(bytesOf(message)).toBe(MIB);
  });

  test('then attributes go, the least useful first, the code last', () => {
    // Names, types and values: 29 bytes of the code, 46, 59 with the 40 of a reason that are kept, 61, 20 and 39.
    const rooms = [254, 253, 215, 214, 195, 194, 134, 133, 75, 74, 29, 28];
    const kept = rooms.map((room) => names(MIB - room));
    expect(kept.map(({ length }) => length)).toEqual([6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0]);
    for (const some of kept) expect(some).toEqual(ALL.slice(0, some.length));
  });

  test('no message is ever larger than SQS takes, or has an empty or a broken attribute', () => {
    const reasons = fc
      .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 2000 })
      .map((codePoints) => String.fromCodePoint(...codePoints));
    fc.assert(
      fc.property(fc.nat(1500), reasons, (room, reason) => {
        const message = messageOf({ body: 'x'.repeat(MIB - room), reason });
        expect(bytesOf(message)).toBeLessThanOrEqual(MIB);
        for (const value of Object.values(valuesOf(message))) {
          expect(value).toBeTruthy();
          expect(value?.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('over the SQS protocol', () => {
  let sqs: Awaited<ReturnType<typeof startSqs>>;
  beforeAll(async () => {
    sqs = await startSqs();
  });
  afterAll(async () => {
    await sqs.stop();
  });

  test.each([1_048_400, MIB])(
    'a body of %i bytes that is not an event becomes a dead letter',
    async (size) => {
      const options = { client: sqs.client, queueUrl: sqs.deadLetterQueueUrl };
      const results = await sendDeadLetters(
        [letter({ body: 'x'.repeat(size), reason: 'r'.repeat(2000) })],
        options,
      );
      expect(results).toMatchObject([{ ok: true }]);
      const sizes = sqs.messages('dead-letters').map(({ body }) => body.length);
      expect(sizes).toContain(size);
    },
  );
});
