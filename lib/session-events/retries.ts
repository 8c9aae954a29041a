/** The retries of a batch: dead letters, back-off, and Lambda's partial batch response. */
import type { MiddlewareObj, Request } from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { acknowledgeMs } from '../runtime/invocation-time.ts';
import { withTimeLimit } from '../runtime/time-limit.ts';
import type { BatchReport } from './batch.ts';
import type { QueueConfig } from './config.ts';
import { reportBatch } from './report.ts';
import type { Outcome, OutcomeKind } from './types.ts';

/** The outcomes of records that SQS need not be asked about. A cold start does not load what asks it. */
const ACKNOWLEDGED: ReadonlySet<OutcomeKind> = new Set(['done', 'gone', 'absorbed', 'ignored']);

function isAcknowledged({ kind }: Outcome): boolean {
  return ACKNOWLEDGED.has(kind);
}

/**
 * Acknowledges what the handler reports, and answers Lambda with the records that go back. This has a deadline of its
 * own: middy's early timeout covers the handler alone. Other middlewares' `after` hooks do not run: `retries` has the
 * last word.
 * @throws (into the chain) Error without a report: an empty answer would acknowledge every record.
 */
export function retries(queues: QueueConfig): MiddlewareObj<SQSEvent, BatchReport, Error> {
  const after = async (request: Request<SQSEvent, BatchReport, Error>): Promise<SQSBatchResponse> => {
    const { event, context, response: report } = request;
    if (!report) throw new Error('The handler returned no report: nothing is acknowledged.');
    const { outcomes, response } =
      report.outcomes.length === event.Records.length && report.outcomes.every(isAcknowledged)
        ? { outcomes: report.outcomes, response: { batchItemFailures: [] } }
        : await withTimeLimit({ timeoutMs: acknowledgeMs(context) }, async (signal) => {
            const { acknowledge } = await import('./acknowledge.ts');
            return await acknowledge(event.Records, report.outcomes, queues, signal);
          });
    reportBatch({ ...report, outcomes }, context.functionName);
    return response;
  };
  return { after };
}
