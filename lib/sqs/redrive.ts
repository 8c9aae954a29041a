/** Redrive: looks into a dead-letter queue, and sends what is in it back, never losing what could not be sent. */
import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import { parseEvent } from '../../events/index.ts';
import { chunks } from '../runtime/lists.ts';
import { chunkEntries } from './publish.ts';

/** SQS takes ten entries a batch call. */
const TEN = 10;
/** While a person looks or sends, messages are hidden so long, in seconds. */
const HIDDEN_S = 120;
/** A queue is empty when so many receives in a row found nothing new. */
const EMPTY_RECEIVES = 3;

/** A dead letter, as it lies in the queue. */
export interface StoredDeadLetter {
  /** SQS's id of the dead letter. */
  messageId: string;
  receiptHandle: string;
  /** The event as it came. */
  body: string;
  /** The event's type, where it names one. */
  type: string;
  /** When it failed, ISO 8601. */
  failedAt: string;
  /** A stable code; `MAX_RECEIVES` for what the queue itself moved here. */
  code: string;
  reason: string;
  receiveCount: number;
}

/** A queue and the client that reaches it. */
export interface QueueRef {
  client: SQSClient;
  url: string;
}

/** Receives all that is in a dead-letter queue and not hidden. They stay hidden for 2 minutes: {@link release} them. */
export async function* receiveDeadLetters({ client, url }: QueueRef): AsyncGenerator<StoredDeadLetter> {
  const { ReceiveMessageCommand } = await import('@aws-sdk/client-sqs');
  const seen = new Set<string>();
  for (let empty = 0; empty < EMPTY_RECEIVES; ) {
    const answer = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: TEN,
        VisibilityTimeout: HIDDEN_S,
        WaitTimeSeconds: empty === 0 ? 0 : 1,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    const letters = (answer.Messages ?? [])
      .flatMap(readLetter)
      .filter(({ messageId }) => !seen.has(messageId));
    empty = letters.length === 0 ? empty + 1 : 0;
    for (const letter of letters) {
      seen.add(letter.messageId);
      yield letter;
    }
  }
}

/** Makes dead letters visible again at once. */
export async function release(
  { client, url }: QueueRef,
  letters: readonly StoredDeadLetter[],
): Promise<void> {
  const { ChangeMessageVisibilityBatchCommand } = await import('@aws-sdk/client-sqs');
  for (const ten of chunks(letters, TEN)) {
    const Entries = ten.map(({ receiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: 0,
    }));
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
  }
}

/**
 * Sends dead letters to the events queue, and deletes each once SQS has confirmed it. What is not confirmed stays and
 * becomes visible again.
 * @param onMoved called with the number that is safe in the events queue so far.
 * @returns how many were moved, and how many stay.
 */
export async function redrive(
  from: QueueRef,
  to: QueueRef,
  letters: readonly StoredDeadLetter[],
  onMoved: (moved: number) => void = () => undefined,
): Promise<{ moved: number; left: number }> {
  const { SendMessageBatchCommand, DeleteMessageBatchCommand } = await import('@aws-sdk/client-sqs');
  const entries = letters.map(({ body }, index) => ({ index, body }));
  let moved = 0;
  for (const chunk of chunkEntries(entries).chunks) {
    const Entries = chunk.map(({ index, body }) => ({ Id: String(index), MessageBody: body }));
    const sent = await to.client.send(new SendMessageBatchCommand({ QueueUrl: to.url, Entries }));
    const safe = (sent.Successful ?? []).flatMap(({ Id }) => letters[Number(Id)] ?? []);
    if (safe.length > 0) {
      const handles = safe.map(({ receiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle: receiptHandle,
      }));
      await from.client.send(new DeleteMessageBatchCommand({ QueueUrl: from.url, Entries: handles }));
    }
    const stay = chunk
      .flatMap(({ index }) => letters[index] ?? [])
      .filter((letter) => !safe.includes(letter));
    await release(from, stay);
    moved += safe.length;
    onMoved(moved);
  }
  return { moved, left: letters.length - moved };
}

/**
 * Asks SQS to move everything itself (StartMessageMoveTask). The destination is named, for SQS does not know the source
 * of a dead letter that was sent and not redriven.
 * @returns false where the endpoint cannot, or may not: nothing was moved then.
 */
export async function startMoveTask(from: QueueRef, to: QueueRef): Promise<boolean> {
  const { StartMessageMoveTaskCommand } = await import('@aws-sdk/client-sqs');
  try {
    const [SourceArn, DestinationArn] = [await arnOf(from), await arnOf(to)];
    await from.client.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn }));
    return true;
  } catch {
    return false;
  }
}

async function arnOf({ client, url }: QueueRef): Promise<string | undefined> {
  const { GetQueueAttributesCommand } = await import('@aws-sdk/client-sqs');
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] });
  return (await client.send(command)).Attributes?.QueueArn;
}

function readLetter({
  MessageId,
  ReceiptHandle,
  Body,
  MessageAttributes,
  Attributes,
}: Message): StoredDeadLetter[] {
  if (MessageId === undefined || ReceiptHandle === undefined || Body === undefined) return [];
  const attribute = (name: string): string | undefined => MessageAttributes?.[name]?.StringValue;
  const parsed = parseEvent(Body);
  return [
    {
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
      type: (parsed.ok ? parsed.event.type : parsed.type) ?? '?',
      failedAt: attribute('FAILED_AT') ?? new Date(Number(Attributes?.SentTimestamp ?? 0)).toISOString(),
      code: attribute('ERROR_CODE') ?? 'MAX_RECEIVES',
      reason: attribute('ERROR_MESSAGE') ?? 'It was received more often than the queue allows.',
      receiveCount: Number(attribute('RECEIVE_COUNT') ?? Attributes?.ApproximateReceiveCount ?? 0),
    },
  ];
}
