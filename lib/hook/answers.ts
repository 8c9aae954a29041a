/** The answers of the hook. Problems are those of RFC 9457, with a code of the error catalogue. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Violation } from '../../events/index.ts';
import type { ErrorCode } from '../runtime/codes.ts';

/** What a request came to: the answer, and what is reported. */
export interface Outcome {
  status: number;
  /** Events in the queue. */
  accepted: number;
  /** Messages that ask for nothing. */
  ignored: number;
  /** Undefined: there was no problem. */
  code?: ErrorCode;
  violations: readonly Violation[];
  body: Readonly<Record<string, unknown>>;
  retryAfterSeconds?: number;
}

/** A problem, before it is an answer. */
interface Problem {
  status: number;
  code: ErrorCode;
  title: string;
  detail: string;
  violations?: readonly Violation[];
  /** Events of the request that are in the queue. */
  accepted?: number;
  retryAfterSeconds?: number;
}

/** 202: every event is in the queue. @param ids SQS's message ids. */
export function accepted(ids: readonly string[], ignored: number): Outcome {
  const body = { accepted: ids.length, ids, ...(ignored > 0 && { ignored }) };
  return { status: 202, accepted: ids.length, ignored, violations: [], body };
}

/** 400: nothing of the request was queued. */
export function invalid(violations: readonly Violation[]): Outcome {
  return problem({
    status: 400,
    code: 'INVALID_EVENT',
    title: 'The request contains an invalid event',
    detail: 'No event was queued.',
    violations,
  });
}

/** 401: the same for whatever is wrong, so that it teaches nothing. */
export function unauthorized(): Outcome {
  return problem({
    status: 401,
    code: 'SIGNATURE_INVALID',
    title: 'The signature could not be verified',
    detail:
      'Sign the UTF-8 bytes of the body with Standard Webhooks headers, at most 5 minutes before it arrives.',
  });
}

/** 403: the secret is bound to other event types. */
export function forbidden(violations: readonly Violation[]): Outcome {
  return problem({
    status: 403,
    code: 'TYPE_NOT_ALLOWED',
    title: 'The secret may not send this event type',
    detail: 'No event was queued. Use another secret, or add the type to the types of this one.',
    violations,
  });
}

/** 404: no adapter has this name. */
export function unknownSource(known: Iterable<string>): Outcome {
  return problem({
    status: 404,
    code: 'UNKNOWN_SOURCE',
    title: 'Unknown source',
    detail: `Known sources are ${[...known].join(', ')}.`,
  });
}

/** 413: nothing of the request was queued. @param most bytes. */
export function tooLarge(most: number, violations?: readonly Violation[]): Outcome {
  return problem({
    status: 413,
    code: 'TOO_LARGE',
    title: 'The request is too large',
    detail: `No event was queued. A request, and each event as it is queued, may have ${most} bytes.`,
    ...(violations && { violations }),
  });
}

/** 415. */
export function notJson(): Outcome {
  return problem({
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    title: 'The request is not JSON',
    detail: 'Content-Type must be application/json, in UTF-8.',
  });
}

/** 422: SQS refuses these events whenever they are sent; the others of the request are in the queue. */
export function refused(violations: readonly Violation[], sent: number): Outcome {
  return problem({
    status: 422,
    code: 'NOT_SENT',
    title: 'The queue refused an event',
    detail: 'It would refuse the event again. The other events of the request are in the queue.',
    violations,
    accepted: sent,
  });
}

/** 503: some events are not in the queue. Sending the same request again is harmless. */
export function queueUnavailable(sent: number): Outcome {
  return problem({
    status: 503,
    code: 'QUEUE_UNAVAILABLE',
    title: 'The queue did not take every event',
    detail: 'Send the same request again. Events that arrive twice have the same effect as one.',
    accepted: sent,
    retryAfterSeconds: 5,
  });
}

/** 503: no request can be verified. */
export function secretUnavailable(): Outcome {
  return problem({
    status: 503,
    code: 'SECRET_UNAVAILABLE',
    title: 'The secret could not be read',
    detail: 'Send the same request again.',
    accepted: 0,
    retryAfterSeconds: 30,
  });
}

/** 500: a fault of this service. */
export function failed(): Outcome {
  return problem({
    status: 500,
    code: 'INTERNAL_ERROR',
    title: 'The request failed',
    detail: 'The log of the hook has the reason.',
  });
}

/**
 * The same in the form that Photon expects: 200 with `ResultCode` 0, or a problem that also has a `ResultCode` and a
 * `Message`.
 * @see https://doc.photonengine.com/realtime/current/gameplay/web-extensions/webhooks
 */
export function forPhoton(outcome: Outcome): Outcome {
  const { code, body } = outcome;
  if (code === undefined) return { ...outcome, status: 200, body: { ResultCode: 0 } };
  return { ...outcome, body: { ...body, ResultCode: 1, Message: body.title } };
}

/** An outcome as API Gateway takes it. */
export function answerOf({
  status,
  code,
  body,
  retryAfterSeconds,
}: Outcome): APIGatewayProxyStructuredResultV2 {
  const type = code === undefined ? 'application/json' : 'application/problem+json';
  const headers = {
    'content-type': type,
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
  };
  return { statusCode: status, headers, body: JSON.stringify(body) };
}

function problem({ retryAfterSeconds, ...members }: Problem): Outcome {
  const { status, code, title, detail, ...others } = members;
  return {
    status,
    accepted: 0,
    ignored: 0,
    violations: [],
    ...others,
    code,
    body: { title, status, code, detail, ...others },
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}
