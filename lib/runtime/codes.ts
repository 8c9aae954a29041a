/**
 * The error catalogue: every code that can stand in `ERROR_CODE`, in a log line, or in an answer of the hook.
 * `docs/failures.md` says for each what happened and what to do; a test holds the two together.
 */
export const ERROR_CODES = [
  // A call to the Edgegap API.
  'NOT_FOUND',
  'GONE',
  'REFUSED',
  'UNAUTHORIZED',
  'THROTTLED',
  'UNAVAILABLE',
  'INVALID_ANSWER',
  'ABORTED',
  'GUARDED',
  'SURFACE_MISSING',
  // A record of the events queue.
  'INVALID_EVENT',
  'NOT_REACHED',
  'NOT_PROVEN',
  'ORDER_UNSETTLED',
  'MEMORY_UNAVAILABLE',
  'MAX_RECEIVES',
  // SQS.
  'DEAD_LETTER_NOT_SENT',
  'VISIBILITY_NOT_SET',
  'TOO_LARGE',
  'NOT_SENT',
  // The hook.
  'SIGNATURE_INVALID',
  'TYPE_NOT_ALLOWED',
  'UNKNOWN_SOURCE',
  'UNSUPPORTED_MEDIA_TYPE',
  'QUEUE_UNAVAILABLE',
  'SECRET_UNAVAILABLE',
  // A fault of this service.
  'INTERNAL_ERROR',
] as const;

/** A member of the error catalogue. */
export type ErrorCode = (typeof ERROR_CODES)[number];
