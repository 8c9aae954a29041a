/** The sweep of deployments, where it is on. */
import type { SweepTime } from './both.ts';
import type { DeploymentSweepOptions } from './deployment-sweep.ts';
import type { DeploymentSweepLine } from './deployment-telemetry.ts';

/** One run, with its report. Undefined: it is off. @throws SessionsApiError when the deployments cannot be listed. */
export type DeploymentRun = (
  time: SweepTime,
  functionName: string,
) => Promise<DeploymentSweepLine | undefined>;

/** Makes the runs of one environment. Their code is loaded with the first of them. */
export function createDeploymentRuns(options: DeploymentSweepOptions): DeploymentRun {
  const load = async () => {
    const { createDeploymentSweep, ...telemetry } = await import('./deployments.ts');
    return { ...telemetry, sweep: createDeploymentSweep(options) };
  };
  let loading: ReturnType<typeof load> | undefined;
  return async (time, functionName) => {
    if (options.mode === 'off') return undefined;
    loading ??= load();
    const { sweep, reportDeploymentSweep, deploymentSweepLine } = await loading;
    const report = await sweep(time);
    reportDeploymentSweep(report, functionName);
    return deploymentSweepLine(report);
  };
}
