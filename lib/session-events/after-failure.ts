/** After a failure: judges it, asks what it takes to decide, splits what is refused. */
import type { SessionsApiError } from '../edgegap/errors.ts';
import { isSessionsApiError } from '../edgegap/errors.ts';
import { handledKeys, sessionsCall } from './deletions.ts';
import { every, type Findings, found, merge, retryAll, retryFor } from './findings.ts';
import { isUnknown, judge, judgeRefusal } from './judge.ts';
import { deletedBy, type RunContext, runCall } from './run-call.ts';
import { resolveSelections } from './selections.ts';
import type { BulkStopCall, Call, DeleteCall, Outcome, Target, UsersCall } from './types.ts';
import { refusalKey } from './users.ts';

/**
 * What a failed call means for its targets. Where it was refused for one of many, the halves of it are called, one
 * after the other.
 * @param exists whether its session is known to exist, so that a refusal needs no further question.
 */
export async function afterFailure(
  call: Call,
  error: SessionsApiError,
  context: RunContext,
  exists: boolean,
): Promise<Findings> {
  const judgement = judge(call, error);
  if (judgement === 'retry') return retryAll(call, error);
  if (judgement === 'surface') return withoutRoute(call, error, context);
  if (call.operation === 'sessionsBulkStop') {
    if (judgement === 'question') return await askList(call, error, context);
  } else {
    if (judgement === 'gone') return gone(call, context);
    if (judgement === 'suspect') return found({ suspects: [call] });
    if (judgement === 'question' && !exists) return await askSession(call, error, context);
  }
  return await afterRefusal(call, error, context);
}

/**
 * The session operations are not there. The same API stopped a deployment, so its address is right: that one has no
 * sessions.
 */
function withoutRoute(call: Call, error: SessionsApiError, { isStopped }: RunContext): Findings {
  const missing = retryFor(error, 'SURFACE_MISSING');
  const isByDeployment = call.operation === 'sessionsBulkStop' && call.field === 'request_id';
  const isOver = ({ value }: Target): boolean => isByDeployment && isStopped(value);
  const outcomeOf = (target: Target): Outcome => (isOver(target) ? { kind: 'gone' } : missing);
  return found({ results: call.targets.map((target) => ({ target, outcome: outcomeOf(target) })) });
}

function gone(call: DeleteCall | UsersCall, context: RunContext): Findings {
  const sessionId = call.operation === 'sessionDelete' ? call.targets[0].value : call.sessionId;
  const deleted = [deletedBy(call.targets[0], sessionId, context)];
  return { ...every(call.targets, { kind: 'gone' }), deleted };
}

/** A users call was refused with 400: that is final only where its session exists. */
async function askSession(
  call: DeleteCall | UsersCall,
  refusal: SessionsApiError,
  context: RunContext,
): Promise<Findings> {
  if (call.operation === 'sessionDelete') return await afterRefusal(call, refusal, context);
  context.budget.spend(1);
  try {
    await context.client.getSession(call.sessionId, context.call);
  } catch (error) {
    if (!isSessionsApiError(error)) throw error;
    if (error.code === 'GONE') return gone(call, context);
    if (isUnknown(error)) return found({ suspects: [call] });
    return retryAll(call, error);
  }
  return await afterRefusal(call, refusal, context);
}

/** A bulk stop by deployment or tag was refused with 400: that is final only where the list holds what it names. */
async function askList(
  call: BulkStopCall,
  refusal: SessionsApiError,
  context: RunContext,
): Promise<Findings> {
  const { filterType, targets } = call;
  const field = call.field === 'request_id' ? call.field : 'deployment_tags';
  const values = targets.map(({ value }) => value);
  const selection = {
    field,
    filterType,
    values,
    record: 0,
    createdUntilMs: Number.POSITIVE_INFINITY,
  } as const;
  const { targets: listed, settled } = await resolveSelections([selection], context);
  const [decided] = settled;
  if (decided === undefined || listed.length > 0) return refused(call, refusal, context);
  const handled = decided.outcome.kind === 'gone' ? handledKeys({ ...call, values }) : [];
  return { ...every(targets, decided.outcome), handled };
}

async function afterRefusal(call: Call, error: SessionsApiError, context: RunContext): Promise<Findings> {
  if (judgeRefusal(call) === 'dead') return refused(call, error, context);
  const all: Findings[] = [];
  for (const half of halves(call))
    all.push(context.budget.take() ? await runCall(half, context, true) : unreached(half));
  return merge(all);
}

/** What is refused is remembered, so that the next receive goes on where the budget of this one ended. */
function refused(call: Call, error: SessionsApiError, { memory }: RunContext): Findings {
  if (call.operation === 'sessionDelete') memory.rememberRefusal(call.targets[0].value, error.message);
  else if (call.operation !== 'sessionsBulkStop')
    for (const { change } of call.targets) memory.rememberRefusal(refusalKey(change), error.message);
  return every(call.targets, { kind: 'dead', code: error.code, reason: error.message });
}

function unreached(call: Call): Findings {
  const bySession =
    call.operation === 'sessionDelete' ||
    (call.operation === 'sessionsBulkStop' && call.field === 'session_id');
  return bySession ? found({ unsent: [...call.targets] }) : every(call.targets, { kind: 'waiting' });
}

/** The two halves of a call for many. */
function halves(call: Call): Call[] {
  if (call.operation === 'sessionDelete') return [call];
  const middle = Math.ceil(call.targets.length / 2);
  if (call.operation !== 'sessionsBulkStop')
    return [
      { ...call, targets: call.targets.slice(0, middle) },
      { ...call, targets: call.targets.slice(middle) },
    ];
  const parts = [call.targets.slice(0, middle), call.targets.slice(middle)];
  return parts.map((targets) => (call.field === 'session_id' ? sessionsCall(targets) : { ...call, targets }));
}
