/** One log line a batch. */
import type { MiddlewareObj } from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import { batchLine } from '../telemetry/batch-line.ts';
import { logInfo } from '../telemetry/log.ts';
import type { BatchInternal, BatchResult } from './types.ts';

/** Logs what the batch came to, once its outcomes are acknowledged. */
export function telemetry(): MiddlewareObj<SQSEvent, BatchResult, Error> {
  return {
    after: (request) => {
      const { report }: BatchInternal = request.internal;
      if (report !== undefined) logInfo('batch', batchLine(report));
    },
  };
}
