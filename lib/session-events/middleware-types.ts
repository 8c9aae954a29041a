/** What the middlewares of session-events hand to each other. */
import type { SQSBatchResponse } from 'aws-lambda';
import type { BatchReport } from './batch.ts';

/** The handler gives a report; on the way out it becomes Lambda's partial batch response. */
export type BatchResult = BatchReport | SQSBatchResponse;

/** State of one invocation, under middy's `internal`. */
export interface BatchInternal extends Record<string, unknown> {
  /** The report with the outcomes as they stand after the acknowledgements. */
  report?: BatchReport;
}
