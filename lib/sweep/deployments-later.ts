/** The sweep of deployments, where it is on. */
import type { MemoryConfig } from '../memory/config.ts';
import type { InvocationTime } from '../runtime/invocation-time.ts';
import type { DeploymentSweepOptions } from './deployment-sweep.ts';
import type { DeploymentSweepLine } from './deployment-telemetry.ts';

/** One run, with its report. Undefined: it is off. @throws SessionsApiError when the deployments cannot be listed. */
export type DeploymentRun = (
  time: InvocationTime,
  functionName: string,
) => Promise<DeploymentSweepLine | undefined>;

/** Makes the runs of one environment. They remember in the memory's table, and in the environment. */
export function createDeploymentRuns(
  options: Omit<DeploymentSweepOptions, 'memory'>,
  memoryConfig: MemoryConfig,
): DeploymentRun {
  const load = async () => {
    const { createDeploymentSweep, openMemory, ...telemetry } = await import('./deployments.ts');
    return {
      ...telemetry,
      sweep: createDeploymentSweep({ ...options, memory: openMemory(memoryConfig) }),
    };
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
