/** Publish: any number of events into a queue, in as few requests as SQS takes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import PQueue from 'p-queue';

/** SQS's limits of one SendMessageBatch: entries, and bytes of UTF-8 of all bodies together. */
const ENTRIES = 10;
const BYTES = 1024 * 1024;
const BATCHES_AT_ONCE = 8;
const ATTEMPTS = 4;
const FIRST_BACK_OFF_MS = 200;

/** How events are published. */
export interface PublishOptions {
  client: SQSClient;
  queueUrl: string;
  /** Called with the number of events that SQS has confirmed so far. */
  onProgress?: (sent: number) => void;
  /** Aborts: what was not confirmed by then is reported as failed. */
  signal?: AbortSignal;
}

/** An event that SQS did not take. `index` is its position in what was given. */
export interface PublishFailure {
  index: number;
  code: string;
  message: string;
}

/** What became of the events. */
export interface Published {
  sent: number;
  /** SQS's message ids by index; undefined where the event was not taken. */
  messageIds: (string | undefined)[];
  failed: PublishFailure[];
}

/** One body, and its position in what was given. */
export interface Entry {
  index: number;
  body: string;
}

/**
 * Sends events, ten and 1 MiB a request. What SQS refuses for a fault of its own is sent again, up to three times.
 * Never rejects for an error of SQS: it is reported by index.
 * @param events anything that JSON can hold; check them with `checkEvent` first.
 */
export async function publishEvents(events: readonly unknown[], options: PublishOptions): Promise<Published> {
  const published: Published = { sent: 0, messageIds: new Array(events.length), failed: [] };
  const entries = events.map((event, index) => ({ index, body: bodyOf(event) }));
  const { chunks, tooLarge } = chunkEntries(entries);
  for (const { index } of tooLarge) {
    published.failed.push({
      index,
      code: 'TOO_LARGE',
      message: 'The event is larger than the 1 MiB that SQS takes.',
    });
  }
  const queue = new PQueue({ concurrency: BATCHES_AT_ONCE });
  await queue.addAll(chunks.map((chunk) => () => sendChunk(chunk, options, published)));
  published.failed.sort((a, b) => a.index - b.index);
  return published;
}

/** JSON that SQS takes: it refuses two characters that JSON may hold as they are. */
function bodyOf(event: unknown): string {
  return JSON.stringify(event).replaceAll('\uFFFE', '\\ufffe').replaceAll('\uFFFF', '\\uffff');
}

/** Cuts entries into batches that SQS takes, in order; those that are too large alone are set aside. Pure. */
export function chunkEntries(entries: readonly Entry[]): { chunks: Entry[][]; tooLarge: Entry[] } {
  const chunks: Entry[][] = [];
  const tooLarge: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.body);
    const last = chunks.at(-1);
    if (size > BYTES) tooLarge.push(entry);
    else if (last !== undefined && last.length < ENTRIES && bytes + size <= BYTES) {
      last.push(entry);
      bytes += size;
    } else {
      chunks.push([entry]);
      bytes = size;
    }
  }
  return { chunks, tooLarge };
}

async function sendChunk(
  chunk: readonly Entry[],
  options: PublishOptions,
  published: Published,
): Promise<void> {
  let left = chunk;
  for (let attempt = 1; left.length > 0; attempt += 1) {
    const failures = await sendOnce(left, options, published);
    const last = attempt === ATTEMPTS || options.signal?.aborted === true;
    const again = last ? [] : failures.filter((failure) => !failure.forGood);
    for (const failure of failures) {
      const { index, code, message } = failure;
      if (!again.includes(failure)) published.failed.push({ index, code, message });
    }
    const indexes = new Set(again.map((failure) => failure.index));
    left = left.filter((entry) => indexes.has(entry.index));
    if (left.length > 0) await pause(Math.random() * FIRST_BACK_OFF_MS * 2 ** attempt, options.signal);
  }
}

/** A pause that an abort ends early. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal && { signal }).catch(() => undefined);
}

/** Sends once; gives what was not taken, and whether that is final. */
async function sendOnce(
  entries: readonly Entry[],
  { client, queueUrl, signal, onProgress }: PublishOptions,
  published: Published,
): Promise<(PublishFailure & { forGood: boolean })[]> {
  const { SendMessageBatchCommand } = await import('@aws-sdk/client-sqs');
  const command = new SendMessageBatchCommand({
    QueueUrl: queueUrl,
    Entries: entries.map(({ index, body }) => ({ Id: String(index), MessageBody: body })),
  });
  try {
    const answer = await client.send(command, signal && { abortSignal: signal });
    for (const { Id, MessageId } of answer.Successful ?? []) published.messageIds[Number(Id)] = MessageId;
    published.sent += answer.Successful?.length ?? 0;
    onProgress?.(published.sent);
    const failures = (answer.Failed ?? []).map(({ Id, Code, Message, SenderFault }) => ({
      index: Number(Id),
      code: Code ?? 'UNKNOWN',
      message: Message ?? 'SQS gave no reason.',
      forGood: SenderFault === true,
    }));
    return [...failures, ...unanswered(entries, [...(answer.Successful ?? []), ...(answer.Failed ?? [])])];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // The SDK has tried a fault of SQS or of the network again by then; what it throws is final.
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    return entries.map(({ index }) => ({ index, code, message: error.message, forGood: true }));
  }
}

/** What SQS said nothing about was not taken, as far as anyone knows: it is sent again. */
function unanswered(entries: readonly Entry[], answered: readonly { Id: string | undefined }[]) {
  const ids = new Set(answered.map(({ Id }) => Id));
  return entries
    .filter(({ index }) => !ids.has(String(index)))
    .map(({ index }) => ({
      index,
      code: 'NO_ANSWER',
      message: 'SQS did not say that it took it.',
      forGood: false,
    }));
}
