/** What the API shows about deployments becomes facts. Any member but the id may be absent: not known. Pure. */
import { wordOf } from '../../events/words.ts';
import { createdAt } from '../edgegap/create-time.ts';
import type { DeploymentRow, DeploymentStatus } from '../edgegap/deployment-models.ts';
import type { SessionContext } from '../edgegap/models.ts';
import type { DeploymentFacts } from './deployment-policy.ts';

/** Sessions by deployment. Undefined: the list does not show which session is on which deployment. */
export type SessionCounts = ReadonlyMap<string, number> | undefined;

/**
 * Counts the sessions of each deployment, ending ones too.
 * @param steady whether a session that is not among them is absent.
 */
export function countSessions(sessions: Iterable<SessionContext>, steady: boolean): SessionCounts {
  const counts = new Map<string, number>();
  for (const { deployment_request_id: id, linked } of sessions) {
    if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
    // It may be on any of them.
    else if (linked !== false) return undefined;
  }
  return steady ? counts : undefined;
}

/**
 * The facts about a deployment.
 * @param counts the sessions of all deployments. What else shows sessions counts, too.
 * @param status its details, newer than the row.
 */
export function deploymentFacts(
  row: DeploymentRow,
  counts: SessionCounts,
  emptySinceMs: number | undefined,
  status?: DeploymentStatus,
): DeploymentFacts {
  const known = [
    counts && (counts.get(row.request_id) ?? 0),
    status === undefined ? row.sockets_usage : status.sockets_usage,
    status?.sessions?.length,
  ].filter((sessions) => sessions !== undefined);
  return {
    id: row.request_id,
    status: wordOf(status?.current_status) || undefined,
    startedMs: createdAt(status?.start_time) ?? createdAt(row.start_time),
    tags: status?.tags ?? row.tags,
    app: status?.app_name,
    // The list of sessions alone proves that there are none: the other members are not in every answer.
    sessions: counts === undefined ? someOf(known) : Math.max(...known),
    emptySinceMs,
  };
}

/** A number that is above 0 is known; 0 is not, where the list of sessions cannot be used. */
function someOf(known: readonly number[]): number | undefined {
  return known.find((sessions) => sessions > 0);
}
