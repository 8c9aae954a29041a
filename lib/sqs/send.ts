/** Sends messages: the one sender behind publishing, dead letters and redrive. */
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { ErrorCode } from '../runtime/codes.ts';
import type { BatchOptions, Confirmed, Failed } from './batches.ts';
import { packBatches, runBatches } from './batches.ts';

/** Message attributes by name, ten at most. */
export type MessageAttributes = Readonly<Record<string, MessageAttributeValue>>;

/** A message to send. */
export interface OutgoingMessage {
  body: string;
  attributes?: MessageAttributes;
}

/** Why a message was not sent. */
export interface SendFailure extends Failed {
  code: Extract<ErrorCode, 'TOO_LARGE' | 'NOT_SENT'>;
}

/** What became of a message. */
export type SendResult = Confirmed | SendFailure;

const TOO_LARGE: SendFailure = {
  ok: false,
  code: 'TOO_LARGE',
  message: 'The message is larger than the 1 MiB that SQS takes.',
  senderFault: true,
};

/**
 * Sends messages in as few requests as SQS takes. Never rejects for an error of SQS.
 * @returns what became of each message, by its position.
 */
export async function sendAll(
  messages: readonly OutgoingMessage[],
  options: BatchOptions,
): Promise<SendResult[]> {
  const { SendMessageBatchCommand } = await import('@aws-sdk/client-sqs');
  const { client, queueUrl: QueueUrl } = options;
  const results = await runBatches(
    packBatches(messages, ({ body, attributes }) => Buffer.byteLength(body) + attributesBytes(attributes)),
    (entries, request) => {
      const Entries = entries.map(({ index, item: { body, attributes } }) => ({
        Id: String(index),
        MessageBody: body,
        ...(attributes !== undefined && { MessageAttributes: attributes }),
      }));
      return client.send(new SendMessageBatchCommand({ QueueUrl, Entries }), request);
    },
    options,
  );
  return messages.map((_, index) => {
    const result = results.get(index) ?? TOO_LARGE;
    return result.ok ? result : { code: 'NOT_SENT', ...result };
  });
}

/**
 * The bytes that attributes count for: names, types and values.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_MessageAttributeValue.html
 */
export function attributesBytes(attributes: MessageAttributes = {}): number {
  return Object.entries(attributes).reduce(
    (sum, [name, { DataType = '', StringValue = '', BinaryValue = '' }]) =>
      sum +
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType) +
      Buffer.byteLength(StringValue) +
      Buffer.byteLength(BinaryValue),
    0,
  );
}

/**
 * JSON text of characters that every queue takes. SQS refuses or replaces U+FFFE and U+FFFF, and emulators refuse what
 * lies beyond U+FFFF, although SQS takes it: all of these are written as escapes, which change nothing for a JSON
 * parser.
 * `JSON.stringify` itself escapes control characters and lone surrogates.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\ud800-\udfff\ufffe\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16)}`,
  );
}
