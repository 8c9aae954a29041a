/** What can go wrong with a call to the Edgegap API. No error holds the key, or anything that does. */
import type { ErrorCode } from '../runtime/codes.ts';
import { mask } from '../runtime/mask.ts';

/**
 * What happened, as a member of the error catalogue. `NOT_FOUND` 404, `GONE` 410, `REFUSED` any other 4xx,
 * `UNAUTHORIZED` 401, 403 or a key that could not be read, `THROTTLED` 429, `UNAVAILABLE` network, timeout,
 * 408, 425 or 5xx, `INVALID_ANSWER` an answer that cannot be used, `ABORTED` by the caller's signal,
 * `GUARDED` refused by this client before anything was sent.
 */
export type SessionsApiErrorCode = Extract<
  ErrorCode,
  | 'NOT_FOUND'
  | 'GONE'
  | 'REFUSED'
  | 'UNAUTHORIZED'
  | 'THROTTLED'
  | 'UNAVAILABLE'
  | 'INVALID_ANSWER'
  | 'ABORTED'
  | 'GUARDED'
>;

/** What a {@link SessionsApiError} carries besides its message. */
export interface SessionsApiErrorDetails {
  code: SessionsApiErrorCode;
  /** The operation, such as `sessionDelete`. */
  operation: string;
  /** HTTP status, where there was an answer. */
  status?: number;
  /** The API's own message, shortened. */
  apiMessage?: string;
  /** The API asked for a pause of this many milliseconds; at most 15 minutes. */
  retryAfterMs?: number;
}

/** A call to the Edgegap API that failed. The message is for people. Known secrets are masked. */
export class SessionsApiError extends Error implements SessionsApiErrorDetails {
  override readonly name = 'SessionsApiError';
  readonly code: SessionsApiErrorCode;
  readonly operation: string;
  declare readonly status?: number;
  declare readonly apiMessage?: string;
  declare readonly retryAfterMs?: number;

  constructor(message: string, details: SessionsApiErrorDetails) {
    super(mask(message));
    this.code = details.code;
    this.operation = details.operation;
    Object.assign(this, details, details.apiMessage && { apiMessage: mask(details.apiMessage) });
  }
}

/** Whether an error is one of this client's. */
export function isSessionsApiError(error: unknown): error is SessionsApiError {
  return error instanceof SessionsApiError;
}

/** The caller's signal ended a call. */
export function aborted(operation: string): SessionsApiError {
  const message = `${operation} was aborted: the time of the invocation is over.`;
  return new SessionsApiError(message, { code: 'ABORTED', operation });
}
