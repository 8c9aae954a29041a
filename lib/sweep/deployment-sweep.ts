/**
 * The sweep of deployments: finds servers that run for nothing, and stops them where it may. What one run leaves, a
 * later one finds again.
 */
import type { AuditLog } from '../edgegap/audit.ts';
import type { CallOptions } from '../edgegap/client.ts';
import type { DeploymentRow } from '../edgegap/deployment-models.ts';
import type { Memory } from '../memory/memory.ts';
import { NO_AUDIT } from './audit.ts';
import { deploymentFacts, type SessionCounts } from './deployment-facts.ts';
import { createDeploymentMemory } from './deployment-memory.ts';
import type { DeploymentClient, DeploymentPass, Judged } from './deployment-pass.ts';
import { judgeLook, lookAt, sessionsNow } from './deployment-pass.ts';
import type { DeploymentPolicy } from './deployment-policy.ts';
import { brokenRule } from './deployment-policy.ts';
import { stopStale } from './deployment-stop.ts';
import { GUARD_WINDOW_MS, tripsGuard } from './guard.ts';
import { eachOf, isOver } from './pass.ts';
import { createProblems, type Problem } from './problems.ts';

/** What the sweep stops, and whether. */
export interface DeploymentSweepConfig {
  policy: DeploymentPolicy;
  /** `report` never stops anything; with `off`, the function does not even look. */
  mode: 'off' | 'report' | 'stop';
  /** The most deployments that are stopped within an hour. With more to stop, none is. */
  maxStops: number;
  /** What one deployment costs an hour. 0: not known. */
  pricePerHour: number;
}

/** How the sweep reaches the API. */
export interface DeploymentSweepOptions extends DeploymentSweepConfig {
  client: DeploymentClient;
  memory: Memory;
  /** Calls in flight at once. */
  concurrency: number;
  /** Calls a second that the client makes. */
  rate: number;
  /** Values that one bulk stop may carry. */
  bulkStopChunk: number;
}

/** What one run did. */
export interface DeploymentSweepReport extends Pick<DeploymentSweepConfig, 'mode' | 'pricePerHour'> {
  /** Deployments that are active. */
  listed: number;
  /** The deployments that break a rule, as the last look found them. */
  rows: Judged[];
  /** Deployments that break a rule and that no look decided: the time was over, or the look failed. */
  undecided: number;
  /** Kept because the API did not show what it takes to decide. */
  keptUnknown: number;
  /** Request ids that are proven to be stopped. */
  stopped: string[];
  /** Deployments that earlier runs stopped within the last hour. The guard counts them. */
  stoppedBefore: number;
  /** More deployments might have been stopped than the guard allows: none was. */
  guardTripped: boolean;
  /** Whether it looked at every candidate, and came to the end of those to stop. */
  complete: boolean;
  problems: Problem[];
  startedMs: number;
  durationMs: number;
}

/** Of a run's time: no first look starts later. The rest is for looking again and stopping. */
const LOOK_UNTIL = 0.6;

/** One run. @throws SessionsApiError when the deployments cannot be listed. */
export type DeploymentSweep = (
  call: CallOptions & {
    signal: AbortSignal;
    /** Where stops are logged. Default: nowhere. */
    audit?: AuditLog;
  },
) => Promise<DeploymentSweepReport>;

/** Makes a sweep. It remembers from run to run which deployments had sessions, and how many it stopped. */
export function createDeploymentSweep(options: DeploymentSweepOptions): DeploymentSweep {
  const { mode, maxStops, pricePerHour, rate, bulkStopChunk: chunk } = options;
  const memory = createDeploymentMemory(options.memory);
  return async ({ deadline = Number.POSITIVE_INFINITY, signal, audit = NO_AUDIT }) => {
    const startedMs = Date.now();
    const problems = createProblems();
    const pass: DeploymentPass = { ...options, memory, problems, audit, deadline, signal, startedMs };
    const found = await survey(pass, startedMs + (deadline - startedMs) * LOOK_UNTIL);
    const stale = found.rows.filter(({ verdict }) => verdict.stop);
    const stoppedBefore = memory.stopsSince(startedMs - GUARD_WINDOW_MS);
    const intent = { stale: stale.length, undecided: found.undecided, stoppedBefore };
    const guardTripped = tripsGuard(intent, maxStops);
    const toStop = mode === 'stop' && !guardTripped ? stale : [];
    const { stopped, again, complete } = await stopStale(pass, toStop, { rate, chunk });
    await memory.rememberStops(stopped, signal);
    const rows = found.rows.map((row) => again.get(row.facts.id) ?? row);
    return {
      ...{ mode, pricePerHour, listed: found.listed, undecided: found.undecided, rows, stoppedBefore },
      keptUnknown: rows.filter(({ verdict }) => verdict.rule === 'unknown').length,
      stopped: stopped.map(({ id }) => id),
      guardTripped,
      complete: complete && found.undecided === 0,
      problems: problems.list(),
      startedMs,
      durationMs: Date.now() - startedMs,
    };
  };
}

/** Lists the deployments and their sessions, and looks at those that break a rule. Stops nothing. */
async function survey(pass: DeploymentPass, untilMs: number) {
  const { client, memory, signal, deadline, startedMs } = pass;
  const { deployments } = await client.deploymentsRollCall({ signal, deadline });
  const counts = await sessionsNow(pass);
  const all = [...deployments.values()].map((row) => ({ row, facts: firstFacts(pass, row, counts) }));
  await memory.learn(new Map(all.map(({ facts }) => [facts.id, facts.sessions])), startedMs, signal);
  const suspects = all.filter(({ facts }) => brokenRule(facts, startedMs, pass.policy) !== undefined);
  const looks = await eachOf(
    pass,
    suspects,
    () => isOver(pass, untilMs),
    async ({ row }) => judgeLook(pass, row, await lookAt(pass, row.request_id), counts),
  );
  const rows = looks.filter((judged) => judged !== undefined);
  return { listed: all.length, rows, undecided: suspects.length - rows.length };
}

/** By the row of the list alone. */
function firstFacts({ memory, startedMs }: DeploymentPass, row: DeploymentRow, counts: SessionCounts) {
  return deploymentFacts(row, counts, memory.emptySince(row.request_id, startedMs));
}
