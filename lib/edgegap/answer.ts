/** An HTTP answer of the API becomes data of the promised shape, or an error that says what happened. */
import * as z from 'zod/mini';
import { parseJson } from '../runtime/json.ts';
import type { SessionsApiErrorCode, SessionsApiErrorDetails } from './errors.ts';
import { SessionsApiError } from './errors.ts';

const MESSAGE_LENGTH = 300;
const errorBody = z.object({ message: z.string() });

/** What there is of an HTTP answer. */
export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/**
 * Reads an answer.
 * @throws SessionsApiError for a status that is no success, for what is no JSON, and for another shape.
 */
export function readAnswer<T>(operation: string, schema: z.ZodMiniType<T>, answer: RawAnswer): T {
  const { status, text } = answer;
  if (status < 200 || status > 299) throw statusError(operation, answer);
  const invalid = (what: string) =>
    new SessionsApiError(`${operation}: the API answered ${status}, but ${what}.`, {
      code: 'INVALID_ANSWER',
      operation,
      status,
    });
  const json = parseJson(text);
  if (json === undefined) throw invalid('its body is not JSON');
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`its body is not what the API promises at /${issue?.path.join('/') ?? ''}`);
}

function statusError(operation: string, { status, headers, text }: RawAnswer): SessionsApiError {
  const parsed = errorBody.safeParse(parseJson(text));
  const apiMessage = parsed.success ? parsed.data.message.slice(0, MESSAGE_LENGTH) : undefined;
  const retryAfterMs = readRetryAfter(headers.get('retry-after'), Date.now());
  const details: SessionsApiErrorDetails = {
    code: codeOf(status),
    operation,
    status,
    ...(apiMessage !== undefined && { apiMessage }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  const said = apiMessage === undefined ? '' : `: ${apiMessage}`;
  const help = status === 401 || status === 403 ? ' Check SESSIONS_API_KEY.' : redirectHelp(status);
  return new SessionsApiError(`${operation}: the API answered ${status}${said}.${help}`, details);
}

function redirectHelp(status: number): string {
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
 * `Retry-After` in milliseconds from now: seconds or an HTTP date (RFC 9110, section 10.2.3).
 * @returns undefined where it is absent or neither.
 */
export function readRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
