/** The metrics of one batch. Pure. */

import type { Metric } from '../runtime/emf.ts';
import type { BatchReport } from './batch.ts';
import { batchLine } from './batch-line.ts';

const count = (value: number): Metric => ({ value, unit: 'Count' });

/**
 * Metrics by name; `ApiLatency` is that of single attempts, `EventAge` that of the oldest event, both in
 * milliseconds.
 */
export function batchMetrics(report: BatchReport): Record<string, Metric> {
  const line = batchLine(report);
  const { attempts, memoryFailure, oldestEventMs } = report;
  return {
    EventsReceived: count(line.records),
    EventsDone: count(line.done),
    EventsGone: count(line.gone),
    EventsAbsorbed: count(line.absorbed),
    EventsIgnored: count(line.ignored),
    EventsWaiting: count(line.waiting),
    EventsRetried: count(line.retried),
    EventsDead: count(line.dead),
    ApiCalls: count(line.calls),
    ApiCallsSaved: count(line.callsSaved),
    ApiLatency: { value: attempts.map(({ durationMs }) => durationMs), unit: 'Milliseconds' },
    ApiThrottled: count(attempts.filter(({ status }) => status === 429).length),
    // Not the answers: when a key is rotated, one 401 makes the function read the new key, and nothing fails.
    ApiAuthFailures: count(line.codes?.UNAUTHORIZED ?? 0),
    ApiSurfaceMissing: count(line.codes?.SURFACE_MISSING ?? 0),
    MemoryUnavailable: count(memoryFailure === undefined ? 0 : 1),
    EventAge: { value: oldestEventMs, unit: 'Milliseconds' },
  };
}
