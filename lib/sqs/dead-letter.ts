/** A dead letter as it lies in the dead-letter queue: what it says, and the message that is sent again. */
import type { Message } from '@aws-sdk/client-sqs';
import { checkEvent, parseEvent } from '../../events/index.ts';
import { parseJson } from '../runtime/json.ts';
import type { MessageAttributes, OutgoingMessage } from './send.ts';
import { jsonText } from './send.ts';

/** The message attributes that a dead letter adds to those of its sender. */
const DEAD_LETTER_ATTRIBUTES = [
  'ERROR_CODE',
  'ERROR_MESSAGE',
  'FAILED_AT',
  'ORIGINAL_MESSAGE_ID',
  'ORIGINAL_SENT_AT',
  'RECEIVE_COUNT',
] as const;

/** The name of a message attribute of a dead letter. */
export type DeadLetterAttribute = (typeof DEAD_LETTER_ATTRIBUTES)[number];

/** A dead letter in its queue. */
export interface StoredDeadLetter {
  /** SQS's id of the dead letter. */
  messageId: string;
  /** SQS's id of the event's message: what its sender and the log name. */
  originalMessageId: string;
  receiptHandle: string;
  /** The event, as it was sent. */
  body: string;
  /** The event's type; `?` where the body names none. */
  type: string;
  /** When the event was first sent, ISO 8601. */
  sentAt: string;
  /** When it failed, ISO 8601. For a message that SQS itself moved: when it was sent. */
  failedAt: string;
  /** A member of the error catalogue. */
  code: string;
  reason: string;
  receiveCount: number;
  /** The sender's own message attributes. */
  attributes: MessageAttributes;
}

/**
 * Reads a message that was received with all its attributes. What SQS itself moved here has none of a dead letter's
 * attributes; an event too large for them has none either. Of those, the body says what is wrong.
 * @returns undefined for a message that cannot be handled: without an id, a receipt handle or a body.
 */
export function readDeadLetter(message: Message): StoredDeadLetter | undefined {
  const { MessageId, ReceiptHandle, Body, MessageAttributes = {}, Attributes = {} } = message;
  if (MessageId === undefined || ReceiptHandle === undefined || Body === undefined) return undefined;
  const attribute = (name: DeadLetterAttribute): string | undefined => MessageAttributes[name]?.StringValue;
  const parsed = parseEvent(Body);
  const own = Object.entries(MessageAttributes).filter(([name]) => !isDeadLetterAttribute(name));
  // SQS leaves this time as it was when it moves a message of a standard queue to the dead-letter queue.
  const sentAt = isoTimeOf(Attributes.SentTimestamp) ?? new Date(0).toISOString();
  return {
    messageId: MessageId,
    // A message keeps its id when SQS itself moves it here.
    originalMessageId: attribute('ORIGINAL_MESSAGE_ID') ?? MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    type: (parsed.ok ? parsed.event.type : parsed.type) ?? '?',
    sentAt: attribute('ORIGINAL_SENT_AT') ?? sentAt,
    failedAt: attribute('FAILED_AT') ?? sentAt,
    code: attribute('ERROR_CODE') ?? (parsed.ok ? 'MAX_RECEIVES' : 'INVALID_EVENT'),
    reason:
      attribute('ERROR_MESSAGE') ??
      (parsed.ok ? 'It was received more often than the queue allows.' : reasonOf(parsed.violations)),
    receiveCount: Number(attribute('RECEIVE_COUNT') ?? Attributes.ApproximateReceiveCount ?? 0),
    attributes: Object.fromEntries(own),
  };
}

/** A time of SQS (epoch milliseconds, as text) as ISO 8601; undefined where it is not a valid time. */
export function isoTimeOf(timestamp: string | undefined): string | undefined {
  const date = new Date(timestamp ? Number(timestamp) : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** Whether this is one of a dead letter's own attributes. */
export function isDeadLetterAttribute(name: string): boolean {
  return DEAD_LETTER_ATTRIBUTES.some((known) => known === name);
}

function reasonOf(violations: readonly { pointer: string; reason: string }[]): string {
  return violations.map(({ pointer, reason }) => `${pointer || 'body'}: ${reason}`).join('; ');
}

/**
 * The message that sends a dead letter's event again. An event without `time` gets the time at which it was first
 * sent: it would count as new otherwise, and an old `user.left` would remove a user who has joined again since.
 */
export function redriven({
  body,
  sentAt,
  attributes,
}: Pick<StoredDeadLetter, 'body' | 'sentAt' | 'attributes'>): OutgoingMessage {
  return { body: withTime(body, sentAt), attributes };
}

function withTime(body: string, time: string): string {
  const parsed = parseEvent(body);
  if (!parsed.ok || parsed.event.timeMs !== undefined) return body;
  // The parser alone knows which place counts.
  const timed = withTimes(parseJson(body.replace(/^\ufeff/, '')), time).find((candidate) => {
    const checked = checkEvent(candidate);
    return checked.ok && checked.event.timeMs === Date.parse(time);
  });
  return timed === undefined ? body : jsonText(timed);
}

/** The value with `time` set: one candidate for each place in which an envelope may hold the event. */
function withTimes(value: unknown, time: string): object[] {
  if (!isObject(value)) return [];
  const { detail, Message } = value;
  const inDetail = withTimes(detail, time).map((inner) => ({ ...value, detail: inner }));
  const message = typeof Message === 'string' ? parseJson(Message) : undefined;
  const inMessage = withTimes(message, time).map((inner) => ({ ...value, Message: JSON.stringify(inner) }));
  return [{ ...value, time }, ...inDetail, ...inMessage];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
