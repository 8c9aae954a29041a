/** The two sweeps of one invocation: of the sessions, and of the deployments. */
import type { AuditLog } from '../edgegap/audit.ts';
import type { InvocationTime } from '../runtime/invocation-time.ts';
import type { DeploymentSweepLine } from './deployment-telemetry.ts';
import type { DeploymentRun } from './deployments-later.ts';
import type { Sweep } from './sweep.ts';
import { reportSweep, type SweepLine, sweepLine } from './telemetry.ts';

/** The time of an invocation, and where its stops are logged. */
export interface SweepTime extends InvocationTime {
  audit: AuditLog;
}

/** What an invocation came to. `deployments` is absent where that sweep is off. */
export type SweepLines = SweepLine & { deployments?: DeploymentSweepLine };

/**
 * Makes the runs of both, side by side: they share the client, so its rate. One that fails does not end the other: an
 * account may have no sessions, or no deployments.
 * @returns one run. It rejects with the first failure, once both have ended.
 */
export function createBothSweeps(sweep: Sweep, sweepDeployments: DeploymentRun) {
  const sessions = async (time: SweepTime, functionName: string): Promise<SweepLine> => {
    const report = await sweep(time);
    reportSweep(report, functionName);
    return sweepLine(report);
  };
  return async (time: SweepTime, functionName: string): Promise<SweepLines> => {
    const runs = [sessions(time, functionName), sweepDeployments(time, functionName)] as const;
    const [ofSessions, ofDeployments] = await Promise.allSettled(runs);
    if (ofSessions.status === 'rejected') throw ofSessions.reason;
    if (ofDeployments.status === 'rejected') throw ofDeployments.reason;
    return { ...ofSessions.value, ...(ofDeployments.value && { deployments: ofDeployments.value }) };
  };
}
