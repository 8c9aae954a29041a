/**
 * Prove: what no answer has settled. An id that is missing from `processable`, and a 404, do not prove that a
 * session is gone; a list of all sessions without it is, and so is a second 404 from an API whose list answers.
 */
import { wordOf } from '../../events/words.ts';
import { isSessionsApiError } from '../edgegap/errors.ts';
import type { SessionContext } from '../edgegap/models.ts';
import { every, type Findings, merge, retryAll, UNPROVEN } from './findings.ts';
import { isUnknown } from './judge.ts';
import { callRoll, contradiction, type Listed, type RollSource, surfaceOutcome } from './roll.ts';
import { type RunContext, runCall } from './run-call.ts';
import type { NamedCall, Target, UsersCall } from './types.ts';

/**
 * Proves sessions that bulk stops left open: gone where the list does not hold them, else deleted one by one as far as
 * the budget goes. The others wait.
 */
export async function proveSessions(targets: readonly Target[], context: RunContext): Promise<Findings> {
  const roll = await callRoll(sessionRoll(context), targets.length, context.budget);
  if ('error' in roll) return every(targets, surfaceOutcome(roll.error));
  const open = targets.filter(({ value }) => roll.listed(value) !== 'absent');
  const absent = targets.filter((target) => !open.includes(target));
  const deleted = open.map(async (target): Promise<Findings> => {
    if (!context.budget.take()) return every([target], UNPROVEN);
    return await runCall({ operation: 'sessionDelete', targets: [target] }, context);
  });
  return merge([every(absent, { kind: 'gone' }), ...(await Promise.all(deleted))]);
}

/**
 * Decides about calls that were answered as if their session did not exist. The list is asked after them: a mistyped
 * base URL or a withdrawn API must never read as "session gone". Where the list answers but is too long to read, each
 * session is asked for once more, because the API may have come back only now.
 */
export async function confirmSuspects(
  suspects: readonly NamedCall[],
  context: RunContext,
): Promise<Findings> {
  const roll = await callRoll(sessionRoll(context), suspects.length, context.budget);
  if ('error' in roll)
    return merge(suspects.map(({ targets }) => every(targets, surfaceOutcome(roll.error))));
  return merge(
    await Promise.all(suspects.map((call) => confirm(call, roll.listed(sessionOf(call)), context))),
  );
}

async function confirm(call: NamedCall, listed: Listed, context: RunContext): Promise<Findings> {
  if (listed === 'absent') return every(call.targets, { kind: 'gone' });
  if (listed === 'present') return contradicted(call);
  if (!context.budget.take()) return every(call.targets, UNPROVEN);
  if (call.operation !== 'sessionDelete') return await askAgain(call, context);
  const again = await runCall(call, context);
  const gone = again.suspects.map(({ targets }) => every(targets, { kind: 'gone' }));
  return merge([{ ...again, suspects: [] }, ...gone]);
}

/** A users call is not repeated here: no later step checks whether a later event came first. */
async function askAgain(call: UsersCall, { client, call: options }: RunContext): Promise<Findings> {
  try {
    await client.getSession(call.sessionId, options);
    return contradicted(call);
  } catch (error) {
    if (!isSessionsApiError(error)) throw error;
    return isUnknown(error) ? every(call.targets, { kind: 'gone' }) : retryAll(call, error);
  }
}

function sessionOf(call: NamedCall): string {
  return call.operation === 'sessionDelete' ? call.targets[0].value : call.sessionId;
}

function contradicted(call: NamedCall): Findings {
  return every(call.targets, contradiction(call.operation, `session ${sessionOf(call)}`));
}

/** The list of all sessions. A session that is terminating counts as stopped. */
function sessionRoll({ client, call }: RunContext): RollSource<SessionContext> {
  return {
    firstPage: (query) => client.listSessions(query, call),
    async whole() {
      const { sessions: rows, steady } = await client.rollCall(call);
      return { rows, steady };
    },
    idOf: ({ session_id }) => session_id,
    isEnding: ({ status }) => wordOf(status) === 'terminating',
  };
}
