/** Guards: what never leaves this client. A bulk stop takes everything that matches its filters. */
import { safeParse } from 'valibot';
import { pointerOf, type Schema } from '../runtime/schema.ts';
import { SessionsApiError } from './errors.ts';

/**
 * A session's path. @throws SessionsApiError `GUARDED` for an id that could address something else.
 */
export function sessionPath(operation: string, sessionId: string): string {
  return `v1/session/${pathId(operation, sessionId, 'session')}`;
}

/** An id as a part of a path. @throws SessionsApiError `GUARDED` for one that could address something else. */
export function pathId(operation: string, id: string, what: 'session' | 'deployment'): string {
  if (!isPathSegment(id)) throw guarded(operation, `the ${what} id is not an identifier`);
  return id;
}

/**
 * Whether the id names one resource: text that needs no encoding, and is not a dot segment (RFC 3986, section
 * 3.3).
 */
function isPathSegment(id: string): boolean {
  return /^(?!\.{1,2}$).{1,128}$/.test(id) && encodeURIComponent(id.toWellFormed()) === id;
}

/** The payload as the model has it. @throws SessionsApiError `GUARDED`, saying where it differs. */
export function checkedPayload<T>(operation: string, schema: Schema<T>, payload: unknown): T {
  const parsed = safeParse(schema, payload);
  if (parsed.success) return parsed.output;
  throw guarded(operation, `the payload is wrong at ${pointerOf(parsed.issues)}`);
}

/** What every bulk stop has. */
interface BulkStopPayload {
  filters: { filter_type: 'any' | 'all' | 'not'; values: string[] }[];
}

/**
 * A bulk stop that cannot match by accident: exactly one filter (how several combine is not documented), with
 * values, none empty; `not` only where it is allowed.
 * @throws SessionsApiError `GUARDED`.
 */
export function checkedBulkStop<T extends BulkStopPayload>(
  operation: string,
  schema: Schema<T>,
  payload: T,
  allowNegation = false,
): T {
  const checked = checkedPayload(operation, schema, payload);
  const [filter, ...others] = checked.filters;
  if (filter === undefined || others.length > 0) throw guarded(operation, 'it must have exactly one filter');
  if (filter.values.length === 0) throw guarded(operation, 'its filter has no values');
  if (filter.values.some((value) => value.trim() === ''))
    throw guarded(operation, 'its filter has an empty value');
  if (filter.filter_type === 'not' && !allowNegation) {
    throw guarded(operation, 'a filter of type "not" needs allowNegation');
  }
  return checked;
}

function guarded(operation: string, why: string): SessionsApiError {
  return new SessionsApiError(`${operation} was not sent: ${why}.`, { code: 'GUARDED', operation });
}
