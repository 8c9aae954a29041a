/**
 * Batch requests to SQS: their limits, and the one policy of repetition, concurrency and deadlines that all of them
 * follow.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchResultErrorEntry, SQSClient } from '@aws-sdk/client-sqs';
import pLimit from 'p-limit';
import type { RequestOptions } from './client.ts';
import { withRequestDeadline } from './client.ts';

/** Entries of one batch request. */
const BATCH_ENTRIES = 10;
/** Bytes of UTF-8 of one message, and of all messages of one batch request together: bodies and attributes. */
export const MESSAGE_BYTES = 1024 * 1024;

const CONCURRENCY = 8;
const REPEATS = 3;
const FIRST_BACK_OFF_MS = 200;

/** The queue that a batch request is for, and how the requests are made. */
export interface BatchOptions {
  client: SQSClient;
  queueUrl: string;
  /** Requests at once. @default 8 */
  concurrency?: number;
  /** Aborts the requests: what SQS has not confirmed by then counts as failed. */
  signal?: AbortSignal;
  /** Called with the number of entries that SQS has confirmed so far. */
  onProgress?: (confirmed: number) => void;
}

/** One item, and its position in the list that the caller gave. */
export interface Entry<T> {
  index: number;
  item: T;
}

/** SQS confirmed an entry. */
export interface Confirmed {
  ok: true;
  /** SQS's id of the message, where one was sent. */
  messageId: string | undefined;
}

/** SQS did not confirm an entry. */
export interface Failed {
  ok: false;
  /** SQS's own code and message, or those of the network's error. */
  message: string;
  /** The entry itself is at fault, so that it fails whenever it is tried. */
  senderFault: boolean;
}

/** What became of one entry. */
export type EntryResult = Confirmed | Failed;

/** The answer of each of SQS's batch requests. */
interface BatchAnswer {
  Successful?: { Id: string | undefined; MessageId?: string | undefined }[] | undefined;
  Failed?: BatchResultErrorEntry[] | undefined;
}

/** Makes one batch request. Each entry's `Id` is its index. */
export type BatchRequest<T> = (entries: readonly Entry<T>[], options: RequestOptions) => Promise<BatchAnswer>;

/**
 * Cuts items into batches that one request takes, in order: 10 entries and 1 MiB. Pure.
 * @param bytesOf the bytes that an item counts for.
 * @returns the batches; an item that is larger than a whole batch is in none of them.
 */
export function packBatches<T>(
  items: readonly T[],
  bytesOf: (item: T) => number = () => 0,
): readonly Entry<T>[][] {
  const batches: Entry<T>[][] = [];
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    const size = bytesOf(item);
    if (size > MESSAGE_BYTES) continue;
    const last = batches.at(-1);
    if (last !== undefined && last.length < BATCH_ENTRIES && bytes + size <= MESSAGE_BYTES) {
      last.push({ index, item });
      bytes += size;
    } else {
      batches.push([{ index, item }]);
      bytes = size;
    }
  }
  return batches;
}

/**
 * Makes a request for every batch, several at once. The SDK repeats a request that fails as a whole; an entry that SQS
 * refuses for a reason of its own, or does not mention, is tried again here, with jittered back-off. Never rejects
 * for an error of SQS or the network.
 * @returns what became of each entry, by its index.
 */
export async function runBatches<T>(
  batches: readonly (readonly Entry<T>[])[],
  request: BatchRequest<T>,
  { concurrency = CONCURRENCY, signal, onProgress }: Omit<BatchOptions, 'client' | 'queueUrl'>,
): Promise<Map<number, EntryResult>> {
  let confirmed = 0;
  const settled = await pLimit(concurrency).map(batches, async (batch) => {
    const results = await settleBatch(batch, request, signal);
    confirmed += [...results.values()].filter(({ ok }) => ok).length;
    onProgress?.(confirmed);
    return results;
  });
  return new Map(settled.flatMap((results) => [...results]));
}

async function settleBatch<T>(
  batch: readonly Entry<T>[],
  request: BatchRequest<T>,
  signal: AbortSignal | undefined,
): Promise<Map<number, EntryResult>> {
  const results = new Map<number, EntryResult>();
  let open = batch;
  try {
    for (let repeats = 0; open.length > 0 && repeats <= REPEATS; repeats += 1) {
      if (repeats > 0) await backOff(repeats, signal);
      const answer = await withRequestDeadline(signal, (options) => request(open, options));
      for (const { index } of open) results.set(index, resultOf(index, answer));
      open = open.filter(({ index }) => mayRepeat(results.get(index)));
    }
  } catch (error) {
    const failed = failureOf(error);
    for (const { index } of open) results.set(index, failed);
  }
  return results;
}

async function backOff(repeats: number, signal: AbortSignal | undefined): Promise<void> {
  const delayMs = Math.random() * FIRST_BACK_OFF_MS * 2 ** (repeats - 1);
  await sleep(delayMs, undefined, signal && { signal });
}

function mayRepeat(result: EntryResult | undefined): boolean {
  return result?.ok === false && !result.senderFault;
}

function resultOf(index: number, { Successful = [], Failed = [] }: BatchAnswer): EntryResult {
  const taken = Successful.find(({ Id }) => Id === String(index));
  if (taken !== undefined) return { ok: true, messageId: taken.MessageId };
  const refused = Failed.find(({ Id }) => Id === String(index));
  if (refused === undefined)
    return { ok: false, message: 'SQS did not mention this entry in its answer.', senderFault: false };
  const { Code = 'Unknown', Message = 'no message', SenderFault = false } = refused;
  return { ok: false, message: `${Code}: ${Message}`, senderFault: SenderFault };
}

/** An error of the network says more by its code than by its name. */
function failureOf(error: unknown): Failed {
  if (!(error instanceof Error)) throw error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return { ok: false, message: `${code}: ${error.message}`, senderFault: false };
}
