/** The sweep of deployments with its report: one chunk, loaded with the first run where it is on. */
export { createDeploymentSweep } from './deployment-sweep.ts';
export { deploymentSweepLine, reportDeploymentSweep } from './deployment-telemetry.ts';
