/**
 * Selections: events by deployment or tag that came late or again. They take the sessions that existed when the event
 * happened, and no later one: the next match on the same server has nothing to do with them.
 */
import { wordOf } from '../../events/words.ts';
import { isSessionsApiError } from '../edgegap/errors.ts';
import type { SessionContext } from '../edgegap/models.ts';
import { isUnknown } from './judge.ts';
import { surfaceOutcome } from './roll.ts';
import type { RunContext } from './run-call.ts';
import type { SessionFacts } from './session-facts.ts';
import type { Outcome, RecordOutcome, Selection, Target } from './types.ts';

/** What selections come to: the sessions to delete, and the records that name none or cannot be decided. */
export interface Selected {
  targets: Target[];
  settled: RecordOutcome[];
}

/** What selections are decided on. */
interface World {
  rows: readonly SessionContext[];
  facts: SessionFacts;
  /**
   * GetSession, once for each session: what it shows becomes a fact. @returns false where the session was terminated
   * meanwhile. A 404, or a 400, contradicts the list: nothing is learnt.
   */
  look(row: SessionContext): Promise<boolean>;
  /** Looks at sessions of a deployment, one after the other, until one shows the tags. */
  lookForTags(deployment: string): Promise<readonly string[] | undefined>;
}

/** Whether a selection names a session. */
type Match = 'yes' | 'no' | 'unknown';

const UNDECIDED: Outcome = {
  kind: 'retry',
  code: 'NOT_PROVEN',
  reason: 'The sessions that existed when this event happened could not be told apart. It is tried again.',
};

/** Sessions of one deployment that are asked for its tags in one batch, at most. */
const LOOKS_FOR_TAGS = 5;

/**
 * Finds the sessions of selections: one roll call for all of them, and GetSession for what the environment does not
 * know of a session yet. A session that cannot be decided stays, and its event is tried again.
 */
export async function resolveSelections(
  selections: readonly Selection[],
  context: RunContext,
): Promise<Selected> {
  try {
    const { sessions, steady } = await context.client.rollCall(context.call);
    if (!steady) return undecided(selections, UNDECIDED);
    const world = createWorld([...sessions.values()].filter(isAlive), context);
    const found = await Promise.all(selections.map((selection) => select(selection, world)));
    return {
      targets: targetsOf(found.flatMap(({ named }) => named)),
      settled: found.flatMap(({ settled }) => settled),
    };
  } catch (error) {
    if (!isSessionsApiError(error)) throw error;
    return undecided(selections, surfaceOutcome(error));
  }
}

function undecided(selections: readonly Selection[], outcome: Outcome): Selected {
  return { targets: [], settled: selections.map(({ record }) => ({ record, outcome })) };
}

function isAlive({ status }: SessionContext): boolean {
  return wordOf(status) !== 'terminating';
}

function createWorld(rows: readonly SessionContext[], { client, call, budget, facts }: RunContext): World {
  const look = once(async ({ session_id, deployment_request_id }: SessionContext) => {
    try {
      budget.spend(1);
      const { create_time, deployment } = await client.getSession(session_id, call);
      const request_id = deployment?.request_id || deployment_request_id;
      facts.learn({ session_id, create_time, deployment: { request_id, tags: deployment?.tags } });
      return true;
    } catch (error) {
      if (isSessionsApiError(error) && isUnknown(error)) return error.code !== 'GONE';
      throw error;
    }
  });
  const byDeployment = Map.groupBy(rows, (row) => knownDeployment(row, facts));
  const lookForTags = once(async (deployment: string) => {
    for (const row of byDeployment.get(deployment)?.slice(0, LOOKS_FOR_TAGS) ?? []) {
      await look(row);
      const tags = facts.tagsOf(deployment);
      if (tags !== undefined) return tags;
    }
    return undefined;
  });
  return { rows, facts, look, lookForTags };
}

/** What the list says, before what was learnt: the facts hold 10,000 sessions, and a list may be longer. */
function knownDeployment(row: SessionContext, facts: SessionFacts): string | undefined {
  return row.deployment_request_id || facts.deploymentOf(row.session_id);
}

/** One answer for each key, also while the first question is open. */
function once<K, T>(ask: (key: K) => Promise<T>): (key: K) => Promise<T> {
  const answers = new Map<K, Promise<T>>();
  return async (key) => {
    const answer = answers.get(key) ?? ask(key);
    answers.set(key, answer);
    return await answer;
  };
}

/** The sessions that one selection names. What cannot be decided stays, and the event is tried again. */
async function select(selection: Selection, world: World) {
  const { record } = selection;
  const matches = await Promise.all(
    world.rows.map(async (row) => ({ id: row.session_id, match: await matchOf(selection, row, world) })),
  );
  const named = matches.filter(({ match }) => match === 'yes');
  const settled: RecordOutcome[] = [];
  if (matches.some(({ match }) => match === 'unknown')) settled.push({ record, outcome: UNDECIDED });
  else if (named.length === 0) settled.push({ record, outcome: { kind: 'gone' } });
  return { named: named.map(({ id }) => ({ session_id: id, record })), settled };
}

/** Whether a session is one that the selection names and that existed when its event happened. */
async function matchOf(selection: Selection, row: SessionContext, world: World): Promise<Match> {
  const { facts, look } = world;
  const id = row.session_id;
  const shown = selection.field === 'request_id' ? await deploymentOf(row, world) : await tagsOf(row, world);
  if (shown !== undefined && !isNamed(selection, shown)) return 'no';
  if (facts.createdMsOf(id) === undefined && !(await look(row))) return 'no';
  const createdMs = facts.createdMsOf(id);
  if (createdMs !== undefined && createdMs > selection.createdUntilMs) return 'no';
  return shown === undefined || createdMs === undefined ? 'unknown' : 'yes';
}

function isNamed({ filterType, values }: Selection, shown: readonly string[]): boolean {
  const [wanted, there] = [new Set(values), new Set(shown)];
  return filterType === 'all' ? wanted.isSubsetOf(there) : !wanted.isDisjointFrom(there);
}

/** Its deployment; none for a session that is not linked; undefined where the API does not show it. */
async function deploymentOf(row: SessionContext, { facts, look }: World): Promise<string[] | undefined> {
  if (knownDeployment(row, facts) === undefined && row.linked !== false) await look(row);
  const deployment = knownDeployment(row, facts);
  if (deployment !== undefined) return [deployment];
  return row.linked === false ? [] : undefined;
}

/** Tags belong to the deployment: one of its sessions may show them for all. Tags that are absent are unknown. */
async function tagsOf(row: SessionContext, world: World): Promise<readonly string[] | undefined> {
  const deployments = await deploymentOf(row, world);
  if (deployments?.length === 0) return [];
  const [deployment] = deployments ?? [];
  const known = world.facts.tagsOf(deployment ?? row.session_id);
  if (known !== undefined || deployment === undefined) return known;
  return await world.lookForTags(deployment);
}

function targetsOf(named: readonly { session_id: string; record: number }[]): Target[] {
  return [...Map.groupBy(named, ({ session_id }) => session_id)].map(([value, own]) => ({
    value,
    records: [...new Set(own.map(({ record }) => record))],
    absorbed: [],
  }));
}
