/**
 * Acknowledges: outcomes become Lambda's response. No record is acknowledged that is not done, gone or safe
 * elsewhere.
 */
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { logError } from '../runtime/log.ts';
import { sqsClient } from '../sqs/client.ts';
import type { SendResult } from '../sqs/send.ts';
import { changeVisibility } from '../sqs/visibility.ts';
import { visibilitySeconds } from './back-off.ts';
import type { QueueConfig } from './config.ts';
import { sendDeadLetters } from './dead-letters.ts';
import type { Outcome } from './types.ts';

/** Requests to SQS at once: a thousand of them (10,000 records) take a second at 15 ms each. */
const CONCURRENCY = 16;

/** The outcomes as they stand in the end, and Lambda's response for them. */
export interface Acknowledged {
  outcomes: Outcome[];
  response: SQSBatchResponse;
}

/** A record and its outcome so far. */
interface Settled {
  record: SQSRecord;
  outcome: Outcome;
}

/**
 * Sends dead letters, sets the visibility timeout of the records that go back to the queue, and names these in
 * `batchItemFailures`. A record whose dead letter SQS has not confirmed goes back. Never rejects for an error of SQS.
 * @param outcomes one for each record, by position.
 * @param signal ends the requests: what is not confirmed by then goes back, with the queue's own visibility timeout.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export async function acknowledge(
  records: readonly SQSRecord[],
  outcomes: readonly Outcome[],
  queues: QueueConfig,
  signal: AbortSignal,
): Promise<Acknowledged> {
  const pairs = records.map((record, index) => ({ record, outcome: outcomes[index] ?? NO_OUTCOME }));
  const settled = await sendDead(pairs, queues.deadLetterQueueUrl, signal);
  const back = settled.filter(({ outcome }) => outcome.kind === 'retry' || outcome.kind === 'waiting');
  await hide(back, queues.eventsQueueUrl, signal);
  return {
    outcomes: settled.map(({ outcome }) => outcome),
    response: { batchItemFailures: back.map(({ record }) => ({ itemIdentifier: record.messageId })) },
  };
}

const NO_OUTCOME: Outcome = {
  kind: 'retry',
  code: 'INTERNAL_ERROR',
  reason: 'The batch ended without an outcome for this record.',
};

/** Sends the dead letters. Returns all records, with `retry` for those whose letter SQS has not confirmed. */
async function sendDead(
  settled: readonly Settled[],
  queueUrl: string,
  signal: AbortSignal,
): Promise<readonly Settled[]> {
  const dead = settled.filter(({ outcome }) => outcome.kind === 'dead');
  if (dead.length === 0) return settled;
  const letters = dead.map(({ record, outcome: { code = 'INTERNAL_ERROR', reason = '' } }) => ({
    record,
    code,
    reason,
  }));
  const client = await sqsClient();
  const sent = await sendDeadLetters(letters, { client, queueUrl, concurrency: CONCURRENCY, signal });
  const results = new Map(dead.map((one, index) => [one, sent[index]]));
  for (const { record, code, reason } of letters.filter((_, index) => sent[index]?.ok)) {
    logError('dead letter', { messageId: record.messageId, code, reason });
  }
  return settled.map((one) => afterSending(one, results.get(one)));
}

function afterSending(one: Settled, result: SendResult | undefined): Settled {
  if (one.outcome.kind !== 'dead' || result?.ok) return one;
  const reason = result?.message ?? 'SQS did not confirm the dead letter.';
  return { ...one, outcome: { kind: 'retry', code: 'DEAD_LETTER_NOT_SENT', reason } };
}

/** Where this fails, a record stays hidden for the queue's own visibility timeout. */
async function hide(back: readonly Settled[], queueUrl: string, signal: AbortSignal): Promise<void> {
  if (back.length === 0) return;
  const changes = back.map(({ record, outcome }) => ({
    receiptHandle: record.receiptHandle,
    seconds: visibilitySeconds(outcome, Number(record.attributes.ApproximateReceiveCount)),
  }));
  const client = await sqsClient();
  const failures = await changeVisibility(changes, { client, queueUrl, concurrency: CONCURRENCY, signal });
  const [first] = failures;
  if (first === undefined) return;
  logError('visibility timeouts not set', {
    code: 'VISIBILITY_NOT_SET',
    events: failures.length,
    reason: first.message,
  });
}
