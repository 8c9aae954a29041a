/** Partial batch responses: the outcomes of a batch become dead letters, back-off and `batchItemFailures`. */
import type { MiddlewareObj } from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import { acknowledge } from './acknowledge.ts';
import type { QueueConfig } from './config.ts';
import type { BatchInternal, BatchResult } from './middleware-types.ts';

/** Turns the handler's report into Lambda's response, and leaves the final report for the telemetry. */
export function batchResponses(queues: QueueConfig): MiddlewareObj<SQSEvent, BatchResult, Error> {
  return {
    after: async (request) => {
      const report = request.response;
      if (report === null || report === undefined || !('outcomes' in report)) return;
      const { outcomes, response } = await acknowledge(request.event.Records, report.outcomes, queues);
      const internal: BatchInternal = request.internal;
      internal.report = { ...report, outcomes };
      request.response = response;
    },
  };
}
