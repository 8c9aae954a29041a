/** Stops deployments that a second look, right before, still finds stale. */
import { isSessionsApiError } from '../edgegap/errors.ts';
import { chunks } from '../runtime/lists.ts';
import { ruleAudit, type StopAudit } from './audit.ts';
import type { DeploymentPass, Judged } from './deployment-pass.ts';
import { judgeLook, lookAt, sessionsNow } from './deployment-pass.ts';
import { eachOf, isOver } from './pass.ts';

/** How long the second looks of one group may take: they are that old at most when its stop goes out. */
const GROUP_SECONDS = 3;

/** What was stopped. */
export interface DeploymentStops {
  /** Proven to be stopped, with the rule. */
  stopped: { id: string; rule: string }[];
  /** What the second looks found, by request id. */
  again: Map<string, Judged>;
  /** Whether the time was enough for all of them. */
  complete: boolean;
}

/**
 * Looks again and stops, the oldest first, group by group.
 * @param rate calls a second, and `chunk` the values that one bulk stop may carry.
 */
export async function stopStale(
  pass: DeploymentPass,
  stale: readonly Judged[],
  { rate, chunk }: { rate: number; chunk: number },
): Promise<DeploymentStops> {
  const most = Math.min(chunk, Math.max(1, Math.floor(rate * GROUP_SECONDS)));
  const stops: DeploymentStops = { stopped: [], again: new Map(), complete: true };
  for (const group of chunks(stale.toSorted(oldestFirst), most)) {
    if (isOver(pass, pass.deadline)) return { ...stops, complete: false };
    const looks = await lookAgain(pass, group);
    for (const judged of looks) stops.again.set(judged.facts.id, judged);
    pass.onProgress?.('again', stops.again.size, stale.length);
    const open = looks.flatMap(({ facts: { id }, verdict }) =>
      verdict.stop ? [{ id, rule: verdict.rule }] : [],
    );
    const audit = ruleAudit(pass.audit, new Map(open.map(({ id, rule }) => [id, rule])));
    const ids = open.map(({ id }) => id);
    const proven = new Set(await stopAll(pass, ids, audit));
    stops.stopped.push(...open.filter(({ id }) => proven.has(id)));
  }
  return stops;
}

function oldestFirst({ facts: one }: Judged, { facts: other }: Judged): number {
  return (one.startedMs ?? 0) - (other.startedMs ?? 0);
}

/** The sessions are listed after the looks: one that was linked meanwhile keeps its deployment. */
async function lookAgain(pass: DeploymentPass, group: readonly Judged[]): Promise<Judged[]> {
  const looks = await eachOf(
    pass,
    group,
    () => isOver(pass, pass.deadline),
    async ({ row }) => ({ row, look: await lookAt(pass, row.request_id) }),
  );
  const counts = await sessionsNow(pass);
  return looks.flatMap(({ row, look }) => judgeLook(pass, row, look, counts) ?? []);
}

/** @returns the ids that are proven to be stopped. An id that an answer leaves out is stopped by name. */
async function stopAll(pass: DeploymentPass, ids: readonly string[], audit: StopAudit): Promise<string[]> {
  const named = ids.length > 1 ? await bulkStop(pass, ids, audit) : new Set<string>();
  const open = ids.filter((id) => !named.has(id));
  const stopped = await eachOf(
    pass,
    open,
    () => isOver(pass, pass.deadline),
    async (id) => ((await stopOne(pass, id, audit)) ? [id] : []),
  );
  return [...named, ...stopped.flat()];
}

async function bulkStop(
  { client, signal, deadline, problems }: DeploymentPass,
  ids: readonly string[],
  audit: StopAudit,
): Promise<Set<string>> {
  const filters = [{ field: 'request_id' as const, filter_type: 'any' as const, values: [...ids] }];
  try {
    const { processable = [] } = await audit.stop(
      { operation: 'deploymentsBulkStop', ids },
      { signal, deadline },
      (options) => client.deploymentsBulkStop({ filters }, options),
      (answer) => answer.processable ?? [],
    );
    return new Set(processable).intersection(new Set(ids));
  } catch (error) {
    // Refused because of one of them, perhaps: each is stopped by name.
    if (!isSessionsApiError(error) || error.code !== 'REFUSED') problems.note(error, 0);
    return new Set();
  }
}

async function stopOne(
  { client, signal, deadline, problems }: DeploymentPass,
  id: string,
  audit: StopAudit,
): Promise<boolean> {
  try {
    await audit.stop(
      { operation: 'deploymentStop', ids: [id] },
      { signal, deadline },
      (options) => client.deploymentStop(id, options),
      () => [id],
    );
    return true;
  } catch (error) {
    if (isSessionsApiError(error) && error.code === 'GONE') return true;
    problems.note(error, 1);
    return false;
  }
}
