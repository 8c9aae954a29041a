/** What can go wrong with a call to the Sessions API. No error holds the key, nor anything that does. */

/**
 * What happened, in a stable word. `NOT_FOUND` 404, `GONE` 410, `REFUSED` any other 4xx, `UNAUTHORIZED` 401 or 403,
 * `THROTTLED` 429, `UNAVAILABLE` network, timeout, 408, 425 or 5xx, `INVALID_ANSWER` not what the API promises,
 * `ABORTED` by the caller's signal, `GUARDED` refused by this client before anything was sent.
 */
export type SessionsApiErrorCode =
  | 'NOT_FOUND'
  | 'GONE'
  | 'REFUSED'
  | 'UNAUTHORIZED'
  | 'THROTTLED'
  | 'UNAVAILABLE'
  | 'INVALID_ANSWER'
  | 'ABORTED'
  | 'GUARDED';

/** What a {@link SessionsApiError} tells besides its message. */
export interface SessionsApiErrorDetails {
  code: SessionsApiErrorCode;
  /** The operation, such as `sessionDelete`. */
  operation: string;
  /** HTTP status, where there was an answer. */
  status?: number;
  /** The API's own message, shortened. */
  apiMessage?: string;
  /** The API asked not to be called again before so many milliseconds. */
  retryAfterMs?: number;
}

/** A call to the Sessions API that failed. The message is for people. */
export class SessionsApiError extends Error implements SessionsApiErrorDetails {
  override readonly name = 'SessionsApiError';
  readonly code: SessionsApiErrorCode;
  readonly operation: string;
  declare readonly status?: number;
  declare readonly apiMessage?: string;
  declare readonly retryAfterMs?: number;

  constructor(message: string, details: SessionsApiErrorDetails) {
    super(message);
    this.code = details.code;
    this.operation = details.operation;
    Object.assign(this, details);
  }
}

/** Whether an error is one of this client's. */
export function isSessionsApiError(error: unknown): error is SessionsApiError {
  return error instanceof SessionsApiError;
}
