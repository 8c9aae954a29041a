/** The SQS event source that serverless-offline lacks: polls a queue and invokes a function as Lambda does. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import PQueue from 'p-queue';
import { failedIds } from './batch-response.ts';
import { toRecord } from './sqs-record.ts';

/** What came of one batch. */
export interface BatchOutcome {
  records: number;
  /** How many stay in the queue for another try. */
  failed: number;
  /** Why the whole batch failed, or could not be deleted. */
  error?: unknown;
}

/** An event source mapping: the settings are those of serverless.yml's `sqs` event. */
export interface EventSourceOptions {
  client: SQSClient;
  queueUrl: string;
  /** Gives the function's answer, as it came. */
  invoke: (event: SQSEvent) => Promise<unknown>;
  /** Records in one invocation at most, 1 to 10,000. */
  batchSize: number;
  /** How long a batch gathers after its first record, in milliseconds. */
  windowMs: number;
  /** Invocations at once. */
  maximumConcurrency: number;
  onBatch?: (outcome: BatchOutcome) => void;
  /** Called again and again while the function has not answered for a batch. */
  working?: { everyMs: number; report: (records: number, elapsedMs: number) => void };
}

/** A running event source. */
export interface EventSource {
  /** Stops polling; done when the batches in flight are settled. */
  stop(): Promise<void>;
}

/** What SQS gives, and takes back, in one request. */
const SQS_BATCH = 10;
/** Requests to the queue at once. */
const PARALLEL = 8;
/** Lambda's limit for one invocation, less what stands around the records. */
const MAX_EVENT_BYTES = 6 * 1024 * 1024 - 1024;
/** How long a look at an empty queue takes. Short, so that the stage stops soon. */
const POLL_SECONDS = 1;
/** Between two looks at an empty queue while a batch gathers, and after an error, in milliseconds. */
const PAUSE_MS = { gathering: 100, error: 1000 };

/** Starts polling. An unreachable queue is tried again every second until `stop`. */
export function startEventSource(options: EventSourceOptions): EventSource {
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();

  async function poll(): Promise<void> {
    const receive = await createReceiver(options);
    const gather = createGatherer(receive, options, stopping.signal);
    while (!stopping.signal.aborted) {
      while (running.size >= options.maximumConcurrency) await Promise.race(running);
      const records = await gather();
      if (records.length === 0) continue;
      const batch: Promise<void> = runBatch(records, options).finally(() => running.delete(batch));
      running.add(batch);
    }
  }

  async function pollUntilStopped(): Promise<void> {
    while (!stopping.signal.aborted) await poll().catch(() => pause(PAUSE_MS.error));
    await Promise.all(running);
  }

  const finished = pollUntilStopped();
  return {
    stop: () => {
      stopping.abort();
      return finished;
    },
  };
}

type Receive = (count: number, waitSeconds: number) => Promise<SQSRecord[]>;

async function createReceiver({ client, queueUrl }: EventSourceOptions): Promise<Receive> {
  const about = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] });
  const arn = (await client.send(about)).Attributes?.QueueArn ?? '';
  return async (count, waitSeconds) => {
    const request = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: Math.min(SQS_BATCH, count),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    const { Messages = [] } = await client.send(request);
    return Messages.map((message) => toRecord(message, arn));
  };
}

/**
 * Gathers the next batch: waits for a first record, then fills up until the batch is full or the window
 * over. Empty when there was no record for a second. A poll is never aborted: SQS would count what it
 * gives to a closed connection as received.
 */
function createGatherer(
  receive: Receive,
  { batchSize, windowMs }: EventSourceOptions,
  stopping: AbortSignal,
): () => Promise<SQSRecord[]> {
  /** What the last batch had no room for. */
  const left: SQSRecord[] = [];

  async function fill(): Promise<number> {
    const requests = Math.min(PARALLEL, Math.ceil((batchSize - left.length) / SQS_BATCH));
    const counts = Array.from(
      { length: requests },
      (_, index) => batchSize - left.length - index * SQS_BATCH,
    );
    const received = await Promise.all(counts.map((count) => receive(count, 0)));
    left.push(...received.flat());
    return received.flat().length;
  }

  return async () => {
    if (left.length === 0) left.push(...(await receive(batchSize, POLL_SECONDS)));
    const end = performance.now() + windowMs;
    while (left.length > 0 && !isFull(left, batchSize) && !stopping.aborted) {
      const remainingMs = end - performance.now();
      if (remainingMs <= 0) break;
      if ((await fill()) === 0) await pause(Math.min(PAUSE_MS.gathering, remainingMs));
    }
    return left.splice(0, fitting(left, batchSize));
  };
}

function isFull(records: readonly SQSRecord[], batchSize: number): boolean {
  return records.length >= batchSize || fitting(records, batchSize) < records.length;
}

/** How many of the records one invocation can take: one at least. */
function fitting(records: readonly SQSRecord[], batchSize: number): number {
  let bytes = 0;
  const first = records.slice(0, batchSize);
  const tooMuch = first.findIndex((record) => {
    bytes += Buffer.byteLength(JSON.stringify(record)) + 1;
    return bytes > MAX_EVENT_BYTES;
  });
  return tooMuch === -1 ? first.length : Math.max(1, tooMuch);
}

/** Invokes the function and deletes what it did not report. What failed comes back after its visibility timeout. */
async function runBatch(records: readonly SQSRecord[], options: EventSourceOptions): Promise<void> {
  const outcome: BatchOutcome = { records: records.length, failed: records.length };
  const timer = reportWhileWorking(records.length, options.working);
  try {
    const response = await options.invoke({ Records: [...records] });
    const failed = failedIds(response, new Set(records.map((record) => record.messageId)));
    const settled = records.filter((record) => !failed.has(record.messageId));
    outcome.failed = records.length - (await deleteAll(settled, options));
  } catch (error) {
    outcome.error = error;
  } finally {
    clearInterval(timer);
  }
  options.onBatch?.(outcome);
}

function reportWhileWorking(
  records: number,
  working: EventSourceOptions['working'],
): NodeJS.Timeout | undefined {
  if (working === undefined) return undefined;
  const startedAt = performance.now();
  return setInterval(() => working.report(records, performance.now() - startedAt), working.everyMs);
}

/** Deletes the messages; returns how many are gone. */
async function deleteAll(
  records: readonly SQSRecord[],
  { client, queueUrl }: EventSourceOptions,
): Promise<number> {
  const requests = new PQueue({ concurrency: PARALLEL });
  const starts = Array.from(
    { length: Math.ceil(records.length / SQS_BATCH) },
    (_, index) => index * SQS_BATCH,
  );
  const deleted = await requests.addAll(
    starts.map((start) => async () => {
      const entries = records.slice(start, start + SQS_BATCH).map((record, index) => ({
        Id: String(index),
        ReceiptHandle: record.receiptHandle,
      }));
      const answer = await client.send(
        new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
      );
      return answer.Successful?.length ?? 0;
    }),
  );
  return deleted.reduce((sum, count) => sum + count, 0);
}
