/** One log line a batch, one for each reason to try again, and the metrics. */
import type { MiddlewareObj } from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import { emitMetrics } from '../runtime/emf.ts';
import { logError, logInfo } from '../runtime/log.ts';
import { batchLine } from './batch-line.ts';
import { batchMetrics } from './batch-metrics.ts';
import type { BatchInternal, BatchResult } from './middleware-types.ts';
import type { Outcome } from './types.ts';

/** Tells what the batch came to, once its outcomes are acknowledged. */
export function telemetry(): MiddlewareObj<SQSEvent, BatchResult, Error> {
  return {
    after: ({ internal, context }) => {
      const { report }: BatchInternal = internal;
      if (report === undefined) return;
      logInfo('batch', batchLine(report));
      logRetries(report.outcomes);
      emitMetrics(batchMetrics(report), { FunctionName: context.functionName });
    },
  };
}

/** A thousand records that fail for one reason are one line. */
function logRetries(outcomes: readonly Outcome[]): void {
  const retried = outcomes.filter((outcome) => outcome.kind === 'retry');
  for (const [code, group] of Map.groupBy(retried, (outcome) => outcome.code)) {
    logError('events go back to the queue', { code, events: group.length, reason: group[0]?.reason });
  }
}
