/** An HTTP answer of the API becomes data, or an error that says what happened. */
import * as v from 'valibot';
import { parseJson } from '../runtime/json.ts';
import { mask } from '../runtime/mask.ts';
import { pointerOf, readAs, type Schema } from '../runtime/schema.ts';
import type { SessionsApiErrorCode } from './errors.ts';
import { SessionsApiError } from './errors.ts';

const MESSAGE_LENGTH = 300;
/** Whatever the header says: an environment must not hide from the API for longer. */
const LONGEST_RETRY_AFTER_MS = 15 * 60 * 1000;
/**
 * The statuses that RFC 9110 and RFC 6585 define the header for (besides redirects, which are not
 * followed).
 */
const PAUSING = new Set([429, 503]);
const errorBody = v.object({ message: v.string() });

/**
 * Reads the body of a 2xx.
 * @throws SessionsApiError `INVALID_ANSWER` where it is not JSON, or cannot be used.
 */
export function readAnswer<T>(
  operation: string,
  schema: Schema<T>,
  { status, text }: { status: number; text: string },
): T {
  const json = parseJson(text);
  const parsed = v.safeParse(schema, json);
  if (parsed.success) return parsed.output;
  const where = `is not what the API documents at ${pointerOf(parsed.issues)}`;
  throw invalidAnswer(operation, status, json === undefined ? 'its body is not JSON' : `its body ${where}`);
}

/** An answer that cannot be used. */
export function invalidAnswer(operation: string, status: number, why: string): SessionsApiError {
  const message = `${operation}: the API answered ${status}, but ${why}.`;
  return new SessionsApiError(message, { code: 'INVALID_ANSWER', operation, status });
}

/** The error for a status that is not a 2xx. */
export function statusError(
  operation: string,
  { status, headers, text }: { status: number; headers: Headers; text: string },
): SessionsApiError {
  const { message } = readAs(errorBody, parseJson(text)) ?? {};
  // Masked before it is cut: a part of a secret is not found.
  const apiMessage = message && mask(message).slice(0, MESSAGE_LENGTH);
  const retryAfterMs = PAUSING.has(status)
    ? readRetryAfter(headers.get('retry-after'), Date.now())
    : undefined;
  // The API's message may end with a full stop of its own.
  const said = apiMessage ? `: ${apiMessage.replace(/\.$/, '')}` : '';
  return new SessionsApiError(`${operation}: the API answered ${status}${said}.${helpFor(status)}`, {
    code: codeOf(status),
    operation,
    status,
    ...(apiMessage !== undefined && { apiMessage }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

function helpFor(status: number): string {
  if (status === 401 || status === 403) return ' Check SESSIONS_API_KEY.';
  return status >= 300 && status < 400 ? ' It redirects elsewhere: check SESSIONS_API_URL.' : '';
}

function codeOf(status: number): SessionsApiErrorCode {
  if (status === 404) return 'NOT_FOUND';
  if (status === 410) return 'GONE';
  if (status === 401 || status === 403) return 'UNAUTHORIZED';
  if (status === 429) return 'THROTTLED';
  if (status === 408 || status === 425 || status >= 500) return 'UNAVAILABLE';
  return status >= 400 ? 'REFUSED' : 'INVALID_ANSWER';
}

/**
 * `Retry-After` in milliseconds from now, at most 15 minutes: seconds or an HTTP date (RFC 9110, section
 * 10.2.3).
 * @returns undefined where it is absent or neither.
 */
export function readRetryAfter(header: string | null, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : httpDate(text) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(LONGEST_RETRY_AFTER_MS, Math.max(0, ms));
}

/** Epoch milliseconds, or NaN. Every form of an HTTP date starts with the day of the week. */
function httpDate(text: string): number {
  return /^[A-Z][a-z]{2,8}[, ]/.test(text) ? Date.parse(text) : Number.NaN;
}
