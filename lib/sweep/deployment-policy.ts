/** The policy of the sweep of deployments: which of them cost money for nothing, and by which rule. Pure. */
import { matchNames, type Selector } from './selectors.ts';

/** When a deployment is stopped. `Infinity` switches a rule off. */
export interface DeploymentPolicy {
  /** It had sessions, and has had none for that long, in milliseconds. */
  emptyAfterMs: number;
  /** It has been ready for that long, in milliseconds. */
  maxAgeMs: number;
  /** Never stopped. */
  protect: readonly Selector[];
  /** Only these are stopped. None: every deployment may be. */
  only: readonly Selector[];
}

/** What is known about a deployment. `undefined`: not known, because the API did not show it. */
export interface DeploymentFacts {
  id: string;
  /** In lower case, without prefix. */
  status: string | undefined;
  /** When it became ready. Epoch milliseconds. */
  startedMs: number | undefined;
  tags: readonly string[] | undefined;
  app: string | undefined;
  /** Sessions that are linked to it now. */
  sessions: number | undefined;
  /**
   * The first look of an earlier run that saw no session on it, after a look that saw some: every look since then saw
   * none. Epoch milliseconds. Undefined also where it never had a session.
   */
  emptySinceMs: number | undefined;
}

/** Why a deployment is stopped. */
export type DeploymentStopRule = 'max-age' | 'empty';

/**
 * Why a deployment is kept. `excluded`: not in `SWEEP_ONLY`. `ending`: it ends or is gone. `alive`: no rule applies.
 * `unknown`: a rule may apply, but the API does not show what it takes to be sure.
 */
export type DeploymentKeepRule = 'excluded' | 'protected' | 'ending' | 'alive' | 'unknown';

/** The decision, and the rule that made it. */
export type DeploymentVerdict =
  | { stop: true; rule: DeploymentStopRule }
  | { stop: false; rule: DeploymentKeepRule };

const ENDED = new Set(['terminating', 'terminated']);

/**
 * Keeps or stops a deployment. It is stopped only by what is known about it: what the API does not show keeps it, and
 * one that never had a session is never empty.
 * @param nowMs epoch milliseconds.
 */
export function judgeDeployment(
  deployment: DeploymentFacts,
  nowMs: number,
  policy: DeploymentPolicy,
): DeploymentVerdict {
  const names = {
    session: [],
    deployment: [deployment.id],
    tag: deployment.tags,
    app: deployment.app === undefined ? undefined : [deployment.app],
  };
  const selected = policy.only.length === 0 ? 'yes' : matchNames(policy.only, names);
  const guarded = matchNames(policy.protect, names);
  if (selected === 'no') return { stop: false, rule: 'excluded' };
  if (guarded === 'yes') return { stop: false, rule: 'protected' };
  if (deployment.status !== undefined && ENDED.has(deployment.status)) return { stop: false, rule: 'ending' };
  const rule = brokenRule(deployment, nowMs, policy);
  if (rule === undefined) return { stop: false, rule: isOpen(deployment, policy) ? 'unknown' : 'alive' };
  const isCertain = selected === 'yes' && guarded === 'no' && deployment.status !== undefined;
  return isCertain ? { stop: true, rule } : { stop: false, rule: 'unknown' };
}

/** The rule that a deployment breaks for certain, by what is known of its age and its sessions. */
export function brokenRule(
  { startedMs, sessions, emptySinceMs }: DeploymentFacts,
  nowMs: number,
  { maxAgeMs, emptyAfterMs }: DeploymentPolicy,
): DeploymentStopRule | undefined {
  if (startedMs !== undefined && nowMs - startedMs > maxAgeMs) return 'max-age';
  const isEmpty = sessions === 0 && emptySinceMs !== undefined;
  return isEmpty && nowMs - emptySinceMs > emptyAfterMs ? 'empty' : undefined;
}

/** Whether a rule might apply if more were known. */
function isOpen({ startedMs, sessions }: DeploymentFacts, policy: DeploymentPolicy): boolean {
  const isAgeOpen = startedMs === undefined && policy.maxAgeMs !== Number.POSITIVE_INFINITY;
  return isAgeOpen || (sessions === undefined && policy.emptyAfterMs !== Number.POSITIVE_INFINITY);
}
