/** What a failed call means for its targets: the rows of the outcome table. */

import type { SessionsApiError } from '../edgegap/errors.ts';
import { isSessionsApiError } from '../edgegap/errors.ts';
import { sessionsCall } from './deletions.ts';
import type { RunContext, RunResult } from './run.ts';
import { runCall } from './run.ts';
import type { Call, TargetResult } from './types.ts';

/** Statuses that refuse the content of a request for good. */
const REFUSALS = new Set([400, 409, 413, 422]);

/**
 * Decides what an error of a call means: gone, retry, dead, or (refused for one of many) the halves of it
 * are called.
 * @throws whatever is no error of the API client: a fault of ours, not an outcome.
 */
export async function afterError(error: unknown, call: Call, context: RunContext): Promise<RunResult[]> {
  if (!isSessionsApiError(error)) throw error;
  if (error.code === 'GONE' && namesSession(call)) return gone(call, context);
  if (error.code === 'NOT_FOUND' || error.code === 'GONE') return await afterNotFound(error, call, context);
  if (isRefusal(error)) return await afterRefusal(error, call, context);
  return every(call, 'retry', error);
}

/** A 404 for a call that names no session in its path can only be the route: never a reason to acknowledge. */
async function afterNotFound(error: SessionsApiError, call: Call, context: RunContext): Promise<RunResult[]> {
  if (namesSession(call) && (await context.surfaceIsThere(context.call))) return gone(call, context);
  return every(call, 'retry', error, 'SURFACE_MISSING');
}

async function afterRefusal(error: SessionsApiError, call: Call, context: RunContext): Promise<RunResult[]> {
  if (isUsersCall(call) && error.status === 400) {
    const verdict = await sessionExists(call.sessionId, context);
    if (verdict === false) return gone(call, context);
    if (verdict !== true) return every(call, 'retry', verdict);
  }
  const halves = split(call);
  if (halves === undefined) return every(call, 'dead', error);
  return (await Promise.all(halves.map((half) => runCall(half, context)))).flat();
}

/** Whether the session is there, or the error that kept us from knowing. */
async function sessionExists(sessionId: string, context: RunContext): Promise<boolean | SessionsApiError> {
  try {
    await context.client.getSession(sessionId, context.call);
    return true;
  } catch (error) {
    if (!isSessionsApiError(error)) throw error;
    if (error.code === 'GONE' || error.status === 400) return false;
    if (error.code === 'NOT_FOUND' && (await context.surfaceIsThere(context.call))) return false;
    return error;
  }
}

function isRefusal(error: SessionsApiError): boolean {
  return error.code === 'GUARDED' || (error.status !== undefined && REFUSALS.has(error.status));
}

function isUsersCall(call: Call): call is Extract<Call, { sessionId: string }> {
  return call.operation === 'deleteUsersSession' || call.operation === 'putUsersSession';
}

function namesSession(call: Call): boolean {
  return call.operation !== 'sessionsBulkStop';
}

/** The two halves of a call for many, or undefined where it cannot be split (one target, or a set of tags). */
function split(call: Call): [Call, Call] | undefined {
  if (call.operation === 'sessionDelete' || call.targets.length < 2) return undefined;
  const middle = Math.ceil(call.targets.length / 2);
  if (call.operation !== 'sessionsBulkStop') {
    const { targets } = call;
    return [
      { ...call, targets: targets.slice(0, middle) },
      { ...call, targets: targets.slice(middle) },
    ];
  }
  if (call.filterType === 'all') return undefined;
  const [left, right] = [call.targets.slice(0, middle), call.targets.slice(middle)];
  if (call.field === 'session_id') return [sessionsCall(left), sessionsCall(right)];
  return [
    { ...call, targets: left },
    { ...call, targets: right },
  ];
}

function gone(call: Call, { memory }: RunContext): RunResult[] {
  if (call.operation === 'sessionDelete') memory.rememberDeleted(call.targets[0].value);
  return call.targets.map((target) => ({ target, outcome: 'gone' }));
}

function every(
  call: Call,
  outcome: 'retry' | 'dead',
  error: SessionsApiError,
  code: string = error.code,
): TargetResult[] {
  const { message: reason, retryAfterMs } = error;
  return call.targets.map((target) => ({
    target,
    outcome,
    code,
    reason,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }));
}
