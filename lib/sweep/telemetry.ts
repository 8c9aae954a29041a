/** What a run of the sweep reports: one log line, one for each problem, and the metrics. */
import { emitMetrics } from '../runtime/emf.ts';
import { logError, logInfo } from '../runtime/log.ts';
import type { SweepReport } from './sweep.ts';

/** A log line holds 256 KB at most. */
const MOST_LOGGED = 1000;

/** The report in numbers. */
export type SweepLine = ReturnType<typeof sweepLine>;

/** One run in one line. Pure. */
export function sweepLine(report: SweepReport) {
  const { mode, listed, candidates, undecided, rows, stopped, stoppedBefore } = report;
  const { keptUnknown, guardTripped, complete, durationMs } = report;
  return {
    mode,
    listed,
    candidates,
    undecided,
    ended: rows.filter(({ verdict }) => verdict.rule === 'ending').length,
    stopped: stopped.length,
    stoppedBefore,
    keptUnknown,
    guardTripped,
    complete,
    durationMs,
  };
}

/** Logs a run and writes its metrics. What is found stale and not stopped is logged by name. */
export function reportSweep(report: SweepReport, FunctionName: string): void {
  logInfo('sweep', sweepLine(report));
  for (const { code, count, reason } of report.problems) {
    logError('sessions are left for the next sweep', { code, sessions: count, reason });
  }
  if (report.memoryFailure !== undefined)
    logError('the memory did not answer', { code: 'MEMORY_UNAVAILABLE', reason: report.memoryFailure });
  logStale(report);
  const count = (value: number) => ({ value, unit: 'Count' as const });
  emitMetrics(
    {
      SweepListed: count(report.listed),
      SweepCandidates: count(report.candidates),
      SweepStopped: count(report.stopped.length),
      SweepKeptUnknown: count(report.keptUnknown),
      SweepGuardTripped: count(report.guardTripped ? 1 : 0),
      SweepDuration: { value: report.durationMs, unit: 'Milliseconds' },
    },
    { FunctionName },
  );
}

function logStale(report: SweepReport): void {
  const { undecided, stoppedBefore } = report;
  if (report.guardTripped)
    logError('SWEEP_MAX_STOPS would be exceeded: no session was stopped', {
      undecided,
      stoppedBefore,
      stale: stale(report),
    });
  else if (report.mode === 'report') logInfo('sweep report', { stale: stale(report) });
}

function stale({ rows }: SweepReport): object[] {
  return rows
    .filter(({ verdict }) => verdict.stop)
    .slice(0, MOST_LOGGED)
    .map(({ listed, verdict }) => ({
      session: listed.session_id,
      rule: verdict.rule,
      ageSeconds: Math.round((verdict.ageMs ?? 0) / 1000),
    }));
}
