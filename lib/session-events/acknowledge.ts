/** Acknowledge: outcomes become what SQS is told. Nothing is acknowledged that is not done or safe elsewhere. */
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { logError } from '../runtime/log.ts';
import { hideRecords } from '../sqs/visibility.ts';
import { visibilitySeconds } from './back-off.ts';
import type { QueueConfig } from './config.ts';
import { sendDeadLetters } from './dead-letters.ts';
import type { Outcome } from './types.ts';

/** The outcomes as they stand in the end, and Lambda's response for them. */
export interface Acknowledged {
  outcomes: Outcome[];
  response: SQSBatchResponse;
}

/**
 * Sends dead letters, sets the visibility of what goes back, and names it in `batchItemFailures`
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html). A dead letter that cannot be
 * sent makes its record a retry. Never rejects for an error of SQS.
 */
export async function acknowledge(
  records: readonly SQSRecord[],
  outcomes: readonly Outcome[],
  queues: QueueConfig,
): Promise<Acknowledged> {
  const settled = await withDeadLetters(records, outcomes, queues);
  const back = records.flatMap((record, index) => {
    const outcome = settled[index];
    return outcome?.kind === 'retry' || outcome?.kind === 'waiting' ? [{ record, outcome }] : [];
  });
  await hideRecords(
    back.map(({ record, outcome }) => ({
      receiptHandle: record.receiptHandle,
      seconds: visibilitySeconds(outcome, receiveCount(record)),
    })),
    queues.eventsQueueUrl,
  );
  const batchItemFailures = back.map(({ record }) => ({ itemIdentifier: record.messageId }));
  return { outcomes: settled, response: { batchItemFailures } };
}

async function withDeadLetters(
  records: readonly SQSRecord[],
  outcomes: readonly Outcome[],
  queues: QueueConfig,
): Promise<Outcome[]> {
  const dead = records.flatMap((record, index) => {
    const outcome = outcomes[index];
    return outcome?.kind === 'dead' ? [{ index, record, outcome }] : [];
  });
  if (dead.length === 0) return [...outcomes];
  const safe = await sendDeadLetters(
    dead.map(({ record, outcome }) => ({
      body: record.body,
      code: outcome.code ?? 'UNKNOWN',
      reason: outcome.reason ?? 'no reason was given',
      messageId: record.messageId,
      receiveCount: receiveCount(record),
    })),
    queues.deadLetterQueueUrl,
  );
  const settled = [...outcomes];
  for (const [position, { index, record, outcome }] of dead.entries()) {
    const { code, reason } = outcome;
    logError(safe.has(position) ? 'dead letter' : 'dead letter not sent', {
      messageId: record.messageId,
      code,
      reason,
    });
    if (!safe.has(position)) settled[index] = { kind: 'retry', code: 'DEAD_LETTER_NOT_SENT' };
  }
  return settled;
}

function receiveCount({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateReceiveCount) || 1;
}
