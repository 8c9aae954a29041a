/** Judge: what a failed call means for its targets, the rows of the outcome table. Pure. */
import type { SessionsApiError } from '../edgegap/errors.ts';
import type { Call, StopCall } from './types.ts';

/**
 * What a failed call means.
 * - `gone`: the session or the deployment was terminated already.
 * - `suspect`: it looks as if it did not exist. An API that is not there looks the same.
 * - `question`: the request was refused; whether what it names exists decides what that means.
 * - `split`: refused for one of many: the halves are called.
 * - `dead`: refused for good.
 * - `surface`: a call that names nothing in its path found no route.
 * - `retry`: another time.
 */
export type Judgement = 'gone' | 'suspect' | 'question' | 'split' | 'dead' | 'surface' | 'retry';

/** Statuses that refuse the content of a request for good. */
const REFUSALS = new Set([400, 409, 413, 422]);

/** Judges the error of a call. */
export function judge(call: Call | StopCall, error: SessionsApiError): Judgement {
  const namesOne = call.operation !== 'sessionsBulkStop' && call.operation !== 'deploymentsBulkStop';
  if (error.code === 'GONE' && namesOne) return 'gone';
  if (error.code === 'NOT_FOUND' || error.code === 'GONE') return namesOne ? 'suspect' : 'surface';
  if (!isRefusal(error)) return 'retry';
  if (mayBeUnknown(call) && error.status === 400) return 'question';
  return isForMany(call) ? 'split' : 'dead';
}

/** What a refused call means once its session is known to exist. */
export function judgeRefusal(call: Call): 'split' | 'dead' {
  return isForMany(call) ? 'split' : 'dead';
}

/**
 * Whether an answer to a question about one id says that there is nothing of that id: an unknown id may also be a
 * 400.
 */
export function isUnknown({ code, status }: SessionsApiError): boolean {
  return code === 'NOT_FOUND' || code === 'GONE' || status === 400;
}

function isRefusal({ code, status }: SessionsApiError): boolean {
  return code === 'GUARDED' || (status !== undefined && REFUSALS.has(status));
}

/**
 * Whether a 400 may mean that there is nothing of the id in the path, or nothing that a filter by deployment or tag
 * matches.
 */
function mayBeUnknown(call: Call | StopCall): boolean {
  if (call.operation === 'sessionsBulkStop') return call.field !== 'session_id' && !isForMany(call);
  return /^(deleteUsersSession|putUsersSession|deploymentStop)$/.test(call.operation);
}

/** Whether a call can be split. A set of tags cannot: its values are one condition. */
function isForMany(call: Call | StopCall): boolean {
  if (call.operation === 'sessionsBulkStop' && call.filterType === 'all') return false;
  return call.targets.length > 1;
}
