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
import { isUnknownSession } from './judge.ts';
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
  if (selections.length === 0) return { targets: [], settled: [] };
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
      if (isSessionsApiError(error) && isUnknownSession(error)) return undefined;
      throw error;
    }
  };
  return async (sessionId) => {
    const look = looks.get(sessionId) ?? ask(sessionId);
    looks.set(sessionId, look);
    return await look;
  };
}

/** The sessions that one selection names. */
async function select(selection: Selection, rows: readonly SessionContext[], look: Look) {
  const { record, createdUntilMs } = selection;
  const matching = await matchingRows(selection, rows, look);
  const ages = await Promise.all(
    matching.map(async ({ session_id }) => ({ session_id, details: await look(session_id) })),
  );
  const there = ages.flatMap(({ session_id, details }) =>
    details === undefined ? [] : [{ session_id, createdMs: createdAt(details.create_time) }],
  );
  const named = there.filter(({ createdMs }) => createdMs !== undefined && createdMs <= createdUntilMs);
  const settled: RecordOutcome[] = [];
  if (there.some(({ createdMs }) => createdMs === undefined)) settled.push({ record, outcome: UNDECIDED });
  else if (named.length === 0) settled.push({ record, outcome: { kind: 'gone' } });
  return { named: named.map(({ session_id }) => ({ session_id, record })), settled };
}

/** The rows that match. Only details name the deployment of some rows, and the tags of any. */
async function matchingRows(
  { field, filterType, values }: Selection,
  rows: readonly SessionContext[],
  look: Look,
): Promise<SessionContext[]> {
  const wanted = new Set(values);
  const isMatch = async (row: SessionContext): Promise<boolean> => {
    if (field === 'request_id') return wanted.has((await deploymentOf(row, look)) ?? '');
    const tags = new Set(await tagsOf(row, rows, look));
    return filterType === 'all' ? wanted.isSubsetOf(tags) : !wanted.isDisjointFrom(tags);
  };
  const matches = await Promise.all(rows.map(isMatch));
  return rows.filter((_, index) => matches[index] === true);
}

async function deploymentOf(row: SessionContext, look: Look): Promise<string | undefined> {
  return row.deployment_request_id ?? (await look(row.session_id))?.deployment?.request_id;
}

/** Tags belong to the deployment: one of its sessions tells them for all. */
async function tagsOf(
  row: SessionContext,
  rows: readonly SessionContext[],
  look: Look,
): Promise<readonly string[]> {
  const deployment = row.deployment_request_id;
  const first = deployment ? rows.find((one) => one.deployment_request_id === deployment) : undefined;
  return (await look((first ?? row).session_id))?.deployment?.tags ?? [];
}

function targetsOf(named: readonly { session_id: string; record: number }[]): Target[] {
  return [...Map.groupBy(named, ({ session_id }) => session_id)].map(([value, own]) => ({
    value,
    records: [...new Set(own.map(({ record }) => record))],
    absorbed: [],
  }));
}
