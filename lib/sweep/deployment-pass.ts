/** One run of the sweep of deployments: what its parts share, and a look at a deployment. */
import type { AuditLog } from '../edgegap/audit.ts';
import type { SessionsClient } from '../edgegap/client.ts';
import type { DeploymentRow, DeploymentStatus } from '../edgegap/deployment-models.ts';
import { isSessionsApiError } from '../edgegap/errors.ts';
import { countSessions, deploymentFacts, type SessionCounts } from './deployment-facts.ts';
import type { DeploymentMemory } from './deployment-memory.ts';
import type { DeploymentFacts, DeploymentPolicy, DeploymentVerdict } from './deployment-policy.ts';
import { judgeDeployment } from './deployment-policy.ts';
import { isGone } from './pass.ts';
import type { Problems } from './problems.ts';

/** What the sweep needs of the client. */
export type DeploymentClient = Pick<
  SessionsClient,
  'deploymentsRollCall' | 'deploymentStatus' | 'deploymentStop' | 'deploymentsBulkStop' | 'rollCall'
>;

/** What the parts of one run share. */
export interface DeploymentPass {
  client: DeploymentClient;
  policy: DeploymentPolicy;
  memory: DeploymentMemory;
  problems: Problems;
  /** Where stops are logged. */
  audit: AuditLog;
  /** Calls in flight at once. */
  concurrency: number;
  signal: AbortSignal;
  /** Epoch milliseconds: calls are repeated until then. */
  deadline: number;
  /** When the run started. Epoch milliseconds. */
  startedMs: number;
  /** Called at every step: candidates looked at, stale ones looked at again. */
  onProgress?: (step: 'look' | 'again', done: number, total: number) => void;
}

/** A deployment, as the last look found it, and the decision. */
export interface Judged {
  row: DeploymentRow;
  facts: DeploymentFacts;
  verdict: DeploymentVerdict;
}

/** What a look found: the details, that there is no such deployment, or nothing because the call failed. */
export type StatusLook = DeploymentStatus | 'gone' | undefined;

/** Asks for the status of a deployment. A failed look is noted as a problem, never thrown. */
export async function lookAt(
  { client, signal, deadline, problems }: DeploymentPass,
  id: string,
): Promise<StatusLook> {
  try {
    return await client.deploymentStatus(id, { signal, deadline });
  } catch (error) {
    if (isGone(error)) return 'gone';
    problems.note(error, 1);
    return undefined;
  }
}

/** The decision on a deployment, by what a look found. Undefined: the look failed. */
export function judgeLook(
  { memory, policy, startedMs }: DeploymentPass,
  row: DeploymentRow,
  look: StatusLook,
  counts: SessionCounts,
): Judged | undefined {
  if (look === undefined) return undefined;
  const emptySinceMs = memory.emptySince(row.request_id, startedMs);
  if (look === 'gone')
    return {
      row,
      facts: deploymentFacts(row, counts, emptySinceMs),
      verdict: { stop: false, rule: 'ending' },
    };
  const facts = deploymentFacts(row, counts, emptySinceMs, look);
  return { row, facts, verdict: judgeDeployment(facts, Date.now(), policy) };
}

/** The sessions of each deployment now. Undefined where the list of sessions cannot be used: nothing is empty then. */
export async function sessionsNow({
  client,
  signal,
  deadline,
  problems,
}: DeploymentPass): Promise<SessionCounts> {
  try {
    const { sessions, steady } = await client.rollCall({ signal, deadline });
    return countSessions(sessions.values(), steady);
  } catch (error) {
    // An account may have no session operations at all.
    if (!isSessionsApiError(error) || error.code !== 'NOT_FOUND') problems.note(error, 0);
    return undefined;
  }
}
