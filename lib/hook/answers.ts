/** The answers of the hook. Problems are those of RFC 9457. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Violation } from '../../events/index.ts';

/** What a request came to: the answer, and what is counted. */
export interface HookResult {
  status: number;
  /** Events in the queue. */
  accepted: number;
  /** Messages that ask for nothing. */
  ignored: number;
  answer: APIGatewayProxyStructuredResultV2;
}

/** What a problem may tell beside its title. */
interface ProblemMembers {
  detail?: string;
  violations?: readonly Violation[];
  accepted?: number;
}

/** 202: every event is in the queue. @param ids SQS's message ids. */
export function accepted(ids: readonly string[], ignored: number): HookResult {
  const body = { accepted: ids.length, ids, ...(ignored > 0 && { ignored }) };
  return { status: 202, accepted: ids.length, ignored, answer: json(202, 'application/json', body) };
}

/** 400: nothing of the request is queued. */
export function invalid(violations: readonly Violation[]): HookResult {
  return problem(400, 'The request holds what is no event', {
    detail: 'Nothing of it was queued.',
    violations,
  });
}

/** 401: one and the same for whatever is wrong, so that it teaches nothing. */
export function unauthorized(): HookResult {
  return problem(401, 'Who sent this is not proven', {
    detail: 'Sign the UTF-8 bytes of the body with Standard Webhooks headers, not older than 5 minutes.',
  });
}

/** 404: no adapter of this name. */
export function noSuchSource(known: Iterable<string>): HookResult {
  return problem(404, 'There is no such source', { detail: `Sources are ${[...known].join(', ')}.` });
}

/** 413. @param most bytes. */
export function tooLarge(most: number): HookResult {
  return problem(413, 'The request is too large', { detail: `It may hold ${most} bytes.` });
}

/** 415. */
export function notJson(): HookResult {
  return problem(415, 'The request is not JSON', {
    detail: 'Content-Type must be application/json, in UTF-8.',
  });
}

/** 503: some or all events are not in the queue. Sending the same request again is harmless. */
export function unavailable(sent: number, retryAfterSeconds: number): HookResult {
  const members = { detail: 'Send the same request again; events may come twice.', accepted: sent };
  const result = problem(503, 'Not every event is in the queue', members);
  return {
    ...result,
    accepted: sent,
    answer: {
      ...result.answer,
      headers: { ...result.answer.headers, 'retry-after': String(retryAfterSeconds) },
    },
  };
}

/** 500: something that no one thought of. */
export function failed(): HookResult {
  return problem(500, 'The request failed', { detail: 'The log says why.' });
}

function problem(status: number, title: string, members: ProblemMembers): HookResult {
  const answer = json(status, 'application/problem+json', { title, status, ...members });
  return { status, accepted: 0, ignored: 0, answer };
}

function json(statusCode: number, type: string, body: object): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': type }, body: JSON.stringify(body) };
}
