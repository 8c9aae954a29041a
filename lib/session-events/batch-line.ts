/** The numbers of one batch. Pure. */
import type { BatchReport } from './batch.ts';
import type { OutcomeKind } from './types.ts';

/** What one batch came to. Counts of records, but for `calls`, `callsSaved` and `durationMs`. */
export interface BatchLine {
  records: number;
  /** Attempts at the API, repeated ones counted. */
  calls: number;
  /** What a handler with one call an event would have made more. */
  callsSaved: number;
  done: number;
  gone: number;
  absorbed: number;
  ignored: number;
  waiting: number;
  retried: number;
  dead: number;
  durationMs: number;
  /** The distinct codes of what was retried or dead, with their counts. */
  codes?: Record<string, number>;
}

/** Counts a report. */
export function batchLine({ outcomes, eventCount, attempts, durationMs }: BatchReport): BatchLine {
  const count = (kind: OutcomeKind): number => outcomes.filter((outcome) => outcome.kind === kind).length;
  const codes: Record<string, number> = {};
  for (const { code } of outcomes) if (code !== undefined) codes[code] = (codes[code] ?? 0) + 1;
  return {
    records: outcomes.length,
    calls: attempts.length,
    callsSaved: Math.max(0, eventCount - attempts.length),
    done: count('done'),
    gone: count('gone'),
    absorbed: count('absorbed'),
    ignored: count('ignored'),
    waiting: count('waiting'),
    retried: count('retry'),
    dead: count('dead'),
    durationMs,
    ...(Object.keys(codes).length > 0 && { codes }),
  };
}
