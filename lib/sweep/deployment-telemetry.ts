/** What a run of the sweep of deployments reports: one log line, one for each problem, and the metrics. */
import { emitMetrics } from '../runtime/emf.ts';
import { logError, logInfo } from '../runtime/log.ts';
import type { Judged } from './deployment-pass.ts';
import type { DeploymentSweepReport } from './deployment-sweep.ts';

/** A log line holds 256 KB at most. */
const MOST_LOGGED = 1000;
const HOUR_MS = 3_600_000;

/** The report in numbers. */
export type DeploymentSweepLine = ReturnType<typeof deploymentSweepLine>;

/** One run in one line. `hours` and `cost` are those of the stale deployments, since each became ready. Pure. */
export function deploymentSweepLine(report: DeploymentSweepReport) {
  const { rows, stopped, pricePerHour, problems: _, startedMs, memoryFailure: _failure, ...line } = report;
  const stale = rows.filter(({ verdict }) => verdict.stop);
  const hours = rounded(stale.reduce((sum, row) => sum + hoursOf(row, startedMs), 0));
  return {
    ...line,
    stale: stale.length,
    stopped: stopped.length,
    hours,
    ...(pricePerHour > 0 && {
      cost: rounded(hours * pricePerHour),
      costPerHour: rounded(stale.length * pricePerHour),
    }),
  };
}

/** Logs a run and writes its metrics. What is stale and not stopped is logged by name. */
export function reportDeploymentSweep(report: DeploymentSweepReport, FunctionName: string): void {
  const line = deploymentSweepLine(report);
  logInfo('deployment sweep', line);
  for (const { code, count, reason } of report.problems)
    logError('deployments are left for the next sweep', { code, deployments: count, reason });
  if (report.memoryFailure !== undefined)
    logError('the memory did not answer', { code: 'MEMORY_UNAVAILABLE', reason: report.memoryFailure });
  if (report.guardTripped)
    logError('SWEEP_DEPLOYMENT_MAX_STOPS would be exceeded: no deployment was stopped', {
      undecided: report.undecided,
      stoppedBefore: report.stoppedBefore,
      stale: staleOf(report),
    });
  else if (report.mode === 'report') logInfo('deployment sweep report', { stale: staleOf(report) });
  const count = (value: number) => ({ value, unit: 'Count' as const });
  emitMetrics(
    {
      SweepDeploymentsListed: count(line.listed),
      SweepDeploymentsStale: count(line.stale),
      SweepDeploymentsStopped: count(line.stopped),
      SweepDeploymentsKeptUnknown: count(line.keptUnknown),
      SweepDeploymentsGuardTripped: count(line.guardTripped ? 1 : 0),
      SweepDeploymentHours: count(line.hours),
    },
    { FunctionName },
  );
}

/**
 * The stale deployments of a report, the oldest first: rule, hours since it became ready, and what these cost. Pure.
 */
export function staleOf({ rows, startedMs, pricePerHour }: DeploymentSweepReport): object[] {
  return rows
    .filter(({ verdict }) => verdict.stop)
    .map((row) => ({ row, hours: hoursOf(row, startedMs) }))
    .toSorted((one, other) => other.hours - one.hours)
    .slice(0, MOST_LOGGED)
    .map(({ row: { facts, verdict }, hours }) => ({
      deployment: facts.id,
      app: facts.app,
      rule: verdict.rule,
      hours: rounded(hours),
      ...(pricePerHour > 0 && { cost: rounded(hours * pricePerHour) }),
    }));
}

/** How long a deployment has been ready, in hours. 0: not known. */
export function hoursOf({ facts: { startedMs } }: Judged, nowMs: number): number {
  return startedMs === undefined ? 0 : Math.max(0, nowMs - startedMs) / HOUR_MS;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
