/** What a batch reports: one log line, one more for each reason to try again, and the metrics. */
import { emitMetrics } from '../runtime/emf.ts';
import { logError, logInfo } from '../runtime/log.ts';
import type { BatchReport } from './batch.ts';
import { batchLine } from './batch-line.ts';
import { batchMetrics } from './batch-metrics.ts';
import type { Outcome } from './types.ts';

/**
 * Logs what a batch came to and writes its metrics.
 * @param report with the outcomes as they stand after acknowledging.
 */
export function reportBatch(report: BatchReport, FunctionName: string): void {
  logInfo('batch', batchLine(report));
  logRetries(report.outcomes);
  if (report.memoryFailure !== undefined)
    logError('the memory did not answer', { code: 'MEMORY_UNAVAILABLE', reason: report.memoryFailure });
  emitMetrics(batchMetrics(report), { FunctionName });
}

/** A thousand records that fail for one reason are one line. */
function logRetries(outcomes: readonly Outcome[]): void {
  const retried = outcomes.filter(({ kind }) => kind === 'retry');
  for (const [code, group] of Map.groupBy(retried, (outcome) => outcome.code)) {
    logError('events go back to the queue', { code, events: group.length, reason: group[0]?.reason });
  }
}
