/** One log line a batch, one for each reason to try again, and the metrics. */
import type { MiddlewareObj } from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import type { Outcome } from '../plan/settle.ts';
import { batchLine } from '../telemetry/batch-line.ts';
import { batchMetrics } from '../telemetry/batch-metrics.ts';
import { emitMetrics } from '../telemetry/emf.ts';
import { logError, logInfo } from '../telemetry/log.ts';
import type { BatchInternal, BatchResult } from './types.ts';

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
