/**
 * The sweep of deployments: finds servers that run for nothing, and stops them where it may. What one run leaves, a
 * later one finds again.
 */
import type { AuditLog } from '../edgegap/audit.ts';
import type { CallOptions } from '../edgegap/client.ts';
import type { DeploymentRow } from '../edgegap/deployment-models.ts';
import { NO_AUDIT } from './audit.ts';
import { deploymentFacts, type SessionCounts } from './deployment-facts.ts';
import { createDeploymentMemory, type SharedMemory } from './deployment-memory.ts';
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
  memory: SharedMemory;
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
  /** Deployments that had sessions and have none, not for long enough yet or in one look alone. */
  emptied: number;
  /** Request ids that are proven to be stopped. */
  stopped: string[];
  /** Deployments that earlier runs stopped within the last hour. The guard counts them. */
  stoppedBefore: number;
  /** More deployments might have been stopped than the guard allows: none was. */
  guardTripped: boolean;
  /** Whether it looked at every candidate, and came to the end of those to stop. */
  complete: boolean;
  problems: Problem[];
  /** Why the memory's table did not answer, where it did not. */
  memoryFailure?: string;
  startedMs: number;
  durationMs: number;
}

/** Of a run's time: no first look starts later. The rest is for looking again and stopping. */
const LOOK_UNTIL = 0.6;

/** The options of one run. */
export interface DeploymentSweepCall extends CallOptions, Pick<DeploymentPass, 'onProgress'> {
  signal: AbortSignal;
  /** Asked before the first stop, with what was found. Default: yes. */
  confirm?: (rows: readonly Judged[]) => Promise<boolean>;
  /** Where stops are logged. Default: nowhere. */
  audit?: AuditLog;
}

/** One run. @throws SessionsApiError when the deployments cannot be listed. */
export type DeploymentSweep = (call: DeploymentSweepCall) => Promise<DeploymentSweepReport>;

/** Makes a sweep. It remembers from run to run which deployments had sessions, and how many it stopped. */
export function createDeploymentSweep(options: DeploymentSweepOptions): DeploymentSweep {
  const { mode, maxStops, pricePerHour, rate, bulkStopChunk: chunk } = options;
  const memory = createDeploymentMemory(options.memory);
  return async ({ deadline = Number.POSITIVE_INFINITY, signal, audit = NO_AUDIT, ...call }) => {
    const { onProgress, confirm } = call;
    const startedMs = Date.now();
    const problems = createProblems();
    const given = { audit, deadline, signal, ...(onProgress && { onProgress }) };
    const pass: DeploymentPass = { ...options, ...given, memory, problems, startedMs };
    const found = await survey(pass, startedMs + (deadline - startedMs) * LOOK_UNTIL);
    const stale = found.rows.filter(({ verdict }) => verdict.stop);
    const stoppedBefore = memory.stopsSince(startedMs - GUARD_WINDOW_MS);
    const intent = { stale: stale.length, undecided: found.undecided, stoppedBefore };
    const guardTripped = tripsGuard(intent, maxStops);
    const mayStop = mode === 'stop' && stale.length > 0 && !guardTripped;
    const toStop = mayStop && ((await confirm?.(found.rows)) ?? true) ? stale : [];
    const { stopped, again, complete } = await stopStale(pass, toStop, { rate, chunk });
    const notRemembered = await memory.rememberStops(stopped, signal);
    const failure = found.failure ?? notRemembered;
    const rows = found.rows.map((row) => again.get(row.facts.id) ?? row);
    return {
      mode,
      pricePerHour,
      rows,
      stoppedBefore,
      listed: found.listed,
      undecided: found.undecided,
      emptied: found.emptied,
      keptUnknown: rows.filter(({ verdict }) => verdict.rule === 'unknown').length,
      stopped: stopped.map(({ id }) => id),
      guardTripped,
      complete: complete && found.undecided === 0,
      problems: problems.list(),
      ...(failure && { memoryFailure: failure.message }),
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
  const rowsNow = [...deployments.values()];
  const sessionsOf = (row: DeploymentRow) => deploymentFacts(row, counts, undefined).sessions;
  const sessions = new Map(rowsNow.map((row) => [row.request_id, sessionsOf(row)]));
  const failure = await memory.learn(sessions, startedMs, signal);
  const all = rowsNow.map((row) => ({ row, facts: firstFacts(pass, row, counts) }));
  const isSuspect = ({ facts }: Listed) => brokenRule(facts, startedMs, pass.policy) !== undefined;
  const suspects = all.filter(isSuspect);
  const emptied = all.filter((one) => !isSuspect(one) && isEmptied(pass, one)).length;
  const rows = await lookAtAll(pass, suspects, counts, untilMs);
  return { listed: all.length, rows, undecided: suspects.length - rows.length, emptied, failure };
}

/** A deployment, by the row of the list alone. */
type Listed = Pick<Judged, 'row' | 'facts'>;

/** Whether it had sessions and has none, as this look or earlier ones saw it. */
function isEmptied({ memory, policy }: DeploymentPass, { facts }: Listed): boolean {
  const sinceMs = memory.emptySince(facts.id, Number.POSITIVE_INFINITY);
  return sinceMs !== undefined && policy.emptyAfterMs !== Number.POSITIVE_INFINITY;
}

/** Looks at each until a time in epoch milliseconds. Returns those that a look decided. */
async function lookAtAll(
  pass: DeploymentPass,
  suspects: readonly Listed[],
  counts: SessionCounts,
  untilMs: number,
): Promise<Judged[]> {
  let looked = 0;
  const isDone = (): boolean => isOver(pass, untilMs);
  const looks = await eachOf(pass, suspects, isDone, async ({ row }) => {
    const judged = judgeLook(pass, row, await lookAt(pass, row.request_id), counts);
    looked += 1;
    pass.onProgress?.('look', looked, suspects.length);
    return judged;
  });
  return looks.filter((judged) => judged !== undefined);
}

/** By the row of the list alone. */
function firstFacts({ memory, startedMs }: DeploymentPass, row: DeploymentRow, counts: SessionCounts) {
  return deploymentFacts(row, counts, memory.emptySince(row.request_id, startedMs));
}
