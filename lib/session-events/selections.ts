/**
 * Selections: events by deployment or tag that came late or again. They take the sessions that existed when the event
 * happened, and no later one: the next match on the same server has nothing to do with them.
 */
import { wordOf } from '../../events/words.ts';
import { createdAt } from '../edgegap/create-time.ts';
import type { SessionsApiError } from '../edgegap/errors.ts';
import { isSessionsApiError } from '../edgegap/errors.ts';
import type { SessionContext, SessionGet } from '../edgegap/models.ts';
import { retryFor } from './findings.ts';
import { isUnknown } from './judge.ts';
import type { RunContext } from './run-call.ts';
import type { Outcome, RecordOutcome, Selection, Target } from './types.ts';

/** What selections come to: the sessions to delete, and the records that name none or cannot be decided. */
export interface Selected {
  targets: Target[];
  settled: RecordOutcome[];
}

/** A session's details; undefined where it is gone meanwhile. */
type Details = SessionGet | undefined;
type Look = (sessionId: string) => Promise<Details>;
/** Whether a selection names a session. */
type Match = 'yes' | 'no' | 'unknown';

const UNDECIDED: Outcome = {
  kind: 'retry',
  code: 'NOT_PROVEN',
  reason: 'The sessions that existed when this event happened could not be told apart. It is tried again.',
};

/**
 * Finds the sessions of selections: one roll call for all of them, and GetSession for the age of each session that
 * matches. A session whose age is unknown is kept, and its event is tried again.
 */
export async function resolveSelections(
  selections: readonly Selection[],
  context: RunContext,
): Promise<Selected> {
  try {
    const { sessions, steady } = await context.client.rollCall(context.call);
    if (!steady) return undecided(selections, UNDECIDED);
    const look = createLook(context);
    const rows = [...sessions.values()].filter(({ status }) => wordOf(status) !== 'terminating');
    const found = await Promise.all(selections.map((selection) => select(selection, rows, look)));
    return {
      targets: targetsOf(found.flatMap(({ named }) => named)),
      settled: found.flatMap(({ settled }) => settled),
    };
  } catch (error) {
    if (!isSessionsApiError(error)) throw error;
    return undecided(selections, outcomeOf(error));
  }
}

function outcomeOf(error: SessionsApiError): Outcome {
  return error.code === 'NOT_FOUND' ? retryFor(error, 'SURFACE_MISSING') : retryFor(error);
}

function undecided(selections: readonly Selection[], outcome: Outcome): Selected {
  return { targets: [], settled: selections.map(({ record }) => ({ record, outcome })) };
}

/** GetSession, once for each session. */
function createLook({ client, call, budget }: RunContext): Look {
  const looks = new Map<string, Promise<Details>>();
  const ask = async (sessionId: string): Promise<Details> => {
    try {
      budget.spend(1);
      return await client.getSession(sessionId, call);
    } catch (error) {
      if (isSessionsApiError(error) && isUnknown(error)) return undefined;
      throw error;
    }
  };
  return async (sessionId) => {
    const look = looks.get(sessionId) ?? ask(sessionId);
    looks.set(sessionId, look);
    return await look;
  };
}

/** The sessions that one selection names. What cannot be told is kept, and the event is tried again. */
async function select(selection: Selection, rows: readonly SessionContext[], look: Look) {
  const { record } = selection;
  const matches = await Promise.all(
    rows.map(async (row) => ({ id: row.session_id, match: await matchOf(selection, row, rows, look) })),
  );
  const named = matches.filter(({ match }) => match === 'yes');
  const settled: RecordOutcome[] = [];
  if (matches.some(({ match }) => match === 'unknown')) settled.push({ record, outcome: UNDECIDED });
  else if (named.length === 0) settled.push({ record, outcome: { kind: 'gone' } });
  return { named: named.map(({ id }) => ({ session_id: id, record })), settled };
}

/** Whether a session is one that the selection names and that existed when its event happened. */
async function matchOf(
  selection: Selection,
  row: SessionContext,
  rows: readonly SessionContext[],
  look: Look,
): Promise<Match> {
  const match =
    selection.field === 'request_id'
      ? await matchesDeployment(selection, row, look)
      : await matchesTags(selection, row, rows, look);
  if (match === 'no') return 'no';
  const details = await look(row.session_id);
  if (details === undefined) return 'no';
  const createdMs = createdAt(details.create_time);
  if (createdMs === undefined) return 'unknown';
  return createdMs > selection.createdUntilMs ? 'no' : match;
}

async function matchesDeployment({ values }: Selection, row: SessionContext, look: Look): Promise<Match> {
  const deployment = row.deployment_request_id ?? (await look(row.session_id))?.deployment?.request_id;
  // A session that is not linked has no deployment; of any other the API does not show it.
  if (deployment === undefined) return row.linked === false ? 'no' : 'unknown';
  return values.includes(deployment) ? 'yes' : 'no';
}

/** Tags belong to the deployment: one of its sessions may show them for all. Tags that are absent are unknown. */
async function matchesTags(
  { filterType, values }: Selection,
  row: SessionContext,
  rows: readonly SessionContext[],
  look: Look,
): Promise<Match> {
  if (row.linked === false) return 'no';
  const deployment = row.deployment_request_id;
  const first = deployment ? rows.find((one) => one.deployment_request_id === deployment) : undefined;
  const shown =
    (await look((first ?? row).session_id))?.deployment?.tags ??
    (await look(row.session_id))?.deployment?.tags;
  if (shown === undefined) return 'unknown';
  const [wanted, tags] = [new Set(values), new Set(shown)];
  const isMatch = filterType === 'all' ? wanted.isSubsetOf(tags) : !wanted.isDisjointFrom(tags);
  return isMatch ? 'yes' : 'no';
}

function targetsOf(named: readonly { session_id: string; record: number }[]): Target[] {
  return [...Map.groupBy(named, ({ session_id }) => session_id)].map(([value, own]) => ({
    value,
    records: [...new Set(own.map(({ record }) => record))],
    absorbed: [],
  }));
}
