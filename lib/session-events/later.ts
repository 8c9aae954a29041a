/**
 * What only some batches need: stops of deployments, reports of their users, selections, failures, proofs. One chunk,
 * which a cold start does not read.
 */
export { afterFailure } from './after-failure.ts';
export { resolveUserCounts } from './empty-deployments.ts';
export { confirmSuspects, proveSessions } from './prove.ts';
export { resolveSelections } from './selections.ts';
export { stopDeployments } from './stop-deployments.ts';
export { planStops } from './stops.ts';
