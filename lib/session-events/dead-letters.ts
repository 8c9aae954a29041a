/** Dead letters: events that can never succeed, kept with their reason. */
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSMessageAttribute, SQSRecord } from 'aws-lambda';
import { mask } from '../runtime/mask.ts';
import type { BatchOptions } from '../sqs/batches.ts';
import { MESSAGE_BYTES } from '../sqs/batches.ts';
import type { DeadLetterAttribute } from '../sqs/dead-letter.ts';
import { isDeadLetterAttribute, isoTimeOf } from '../sqs/dead-letter.ts';
import type { OutgoingMessage, SendResult } from '../sqs/send.ts';
import { attributesBytes, sendAll } from '../sqs/send.ts';

/** A record that is refused for good. */
export interface DeadLetter {
  record: SQSRecord;
  /** A member of the error catalogue. */
  code: string;
  /** For people: what is wrong, and what to do. */
  reason: string;
}

/** SQS's most for one message. */
const MOST_ATTRIBUTES = 10;
const MOST_REASON_BYTES = 1024;
/** A reason is not cut shorter than this: other attributes go first. */
const LEAST_REASON_BYTES = 40;
const REASON: DeadLetterAttribute = 'ERROR_MESSAGE';

/**
 * Sends dead letters. Never rejects for an error of SQS.
 * @returns what became of each, by its position.
 */
export async function sendDeadLetters(
  letters: readonly DeadLetter[],
  options: BatchOptions,
): Promise<SendResult[]> {
  const failedAt = new Date();
  return await sendAll(
    letters.map((letter) => deadLetterMessage(letter, failedAt)),
    options,
  );
}

/**
 * The message of a dead letter: the body as it came, attributes that say why it is here, and the sender's own as far
 * as ten attributes and 1 MiB allow. Where room is short the reason is cut, then attributes are left out, the least
 * useful first.
 */
export function deadLetterMessage(letter: DeadLetter, failedAt: Date): OutgoingMessage {
  const { body } = letter.record;
  const attributes = attributesOf(letter, failedAt).slice(0, MOST_ATTRIBUTES);
  return {
    body,
    attributes: Object.fromEntries(fitting(attributes, MESSAGE_BYTES - Buffer.byteLength(body))),
  };
}

type Attribute = [name: string, value: MessageAttributeValue];

/** The most useful first. */
function attributesOf({ record, code, reason }: DeadLetter, failedAt: Date): Attribute[] {
  const { messageId, attributes, messageAttributes } = record;
  const sentAt = isoTimeOf(attributes.SentTimestamp);
  const sent: [DeadLetterAttribute, MessageAttributeValue][] =
    sentAt === undefined ? [] : [['ORIGINAL_SENT_AT', text(sentAt)]];
  const ours: [DeadLetterAttribute, MessageAttributeValue][] = [
    ['ERROR_CODE', text(code)],
    ...sent,
    [REASON, text(printable(reason))],
    ['ORIGINAL_MESSAGE_ID', text(messageId)],
    ['RECEIVE_COUNT', { DataType: 'Number', StringValue: attributes.ApproximateReceiveCount }],
    ['FAILED_AT', text(failedAt.toISOString())],
  ];
  const sender = Object.entries(messageAttributes).filter(([name]) => !isDeadLetterAttribute(name));
  return [...ours, ...sender.map(([name, value]): Attribute => [name, toSend(value)])];
}

function text(value: string): MessageAttributeValue {
  return { DataType: 'String', StringValue: value };
}

/** An attribute as Lambda delivers it, as SQS takes it. */
function toSend({ dataType, stringValue, binaryValue }: SQSMessageAttribute): MessageAttributeValue {
  return {
    DataType: dataType,
    ...(stringValue !== undefined && { StringValue: stringValue }),
    ...(binaryValue !== undefined && { BinaryValue: Buffer.from(binaryValue, 'base64') }),
  };
}

/** The attributes that fit into the room: the reason is cut as far as it must be, then the last attribute goes. */
function fitting(attributes: readonly Attribute[], roomBytes: number): readonly Attribute[] {
  const excess = bytesOf(attributes) - roomBytes;
  if (excess <= 0 || attributes.length === 0) return attributes;
  const shortened = attributes.map(([name, value]): Attribute => {
    return name === REASON ? [name, withoutBytes(value, excess)] : [name, value];
  });
  return bytesOf(shortened) <= roomBytes ? shortened : fitting(attributes.slice(0, -1), roomBytes);
}

function bytesOf(attributes: readonly Attribute[]): number {
  return attributesBytes(Object.fromEntries(attributes));
}

function withoutBytes({ StringValue = '' }: MessageAttributeValue, excess: number): MessageAttributeValue {
  return text(firstBytes(StringValue, Math.max(LEAST_REASON_BYTES, Buffer.byteLength(StringValue) - excess)));
}

/**
 * The one place where a reason is made printable. SQS takes neither control characters nor halves of a pair in an
 * attribute, and nothing empty.
 */
function printable(reason: string): string {
  const clean = mask(reason).replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?');
  return firstBytes(clean, MOST_REASON_BYTES) || 'no reason given';
}

/** The start of a text, at most that many bytes of UTF-8, without a part of a character at its end. */
function firstBytes(whole: string, bytes: number): string {
  if (Buffer.byteLength(whole) <= bytes) return whole;
  const { read } = new TextEncoder().encodeInto(whole, new Uint8Array(bytes));
  return whole.slice(0, read);
}
