/** The sweep of deployments with its memory and its report: one chunk, loaded with the first run where it is on. */
export { openMemory } from '../memory/memory.ts';
export { createDeploymentSweep } from './deployment-sweep.ts';
export { deploymentSweepLine, reportDeploymentSweep } from './deployment-telemetry.ts';
