/** Transport: one request to the API, through the gate, with the key, tried again where that is safe. */
import type { KyInstance } from 'ky';
import type * as z from 'zod/mini';
import { readAnswer } from './answer.ts';
import { isSessionsApiError, SessionsApiError } from './errors.ts';
import { createGate } from './gate.ts';
import type { ReadKey } from './key.ts';
import { holdKey } from './key.ts';
import { withRetries } from './retries.ts';

/** One attempt, for counting. */
export interface Attempt {
  operation: string;
  /** HTTP status; absent where there was no answer. */
  status?: number;
  durationMs: number;
}

/** How the client reaches the API. */
export interface TransportOptions {
  /** Base URL, such as `https://api.edgegap.com`. */
  baseUrl: string;
  apiKey: ReadKey;
  /** Attempts a second, repeated ones counted. */
  rate: number;
  /** Attempts in flight at once. */
  concurrency: number;
  /** One attempt from the request to the end of the answer, in milliseconds. */
  timeoutMs: number;
  /** Called after every attempt. */
  onAttempt?: (attempt: Attempt) => unknown;
}

/** What every call takes. */
export interface CallOptions {
  /** Aborts the call: it rejects with `ABORTED`. */
  signal?: AbortSignal;
  /** Epoch milliseconds: retries go on while time lasts. Without it there are three at most. */
  deadline?: number;
}

/** One request. */
export interface ApiRequest<T> {
  operation: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Without a leading slash. */
  path: string;
  body?: object;
  answer: z.ZodMiniType<T>;
  /** Whether a second time does no harm. */
  repeatable: boolean;
}

/** Sends requests. Rejects with a SessionsApiError. */
export type Transport = <T>(request: ApiRequest<T>, options?: CallOptions) => Promise<T>;

/** The transport of a client: its gate and its key are shared by all calls. */
export function createTransport(options: TransportOptions): Transport {
  const gate = createGate(options.rate, options.concurrency);
  const key = holdKey(options.apiKey);
  let client: Promise<KyInstance> | undefined;

  async function attempt<T>(request: ApiRequest<T>, authorization: string, signal?: AbortSignal): Promise<T> {
    const startedAt = Date.now();
    let status: number | undefined;
    try {
      const timeout = AbortSignal.timeout(options.timeoutMs);
      client ??= createClient(options.baseUrl);
      const http = await client;
      const response = await http(request.path, {
        method: request.method,
        headers: { authorization, accept: 'application/json' },
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        ...(request.body !== undefined && { json: request.body }),
      });
      status = response.status;
      const answer = { status, headers: response.headers, text: await response.text() };
      return readAnswer(request.operation, request.answer, answer);
    } catch (error) {
      throw isSessionsApiError(error) ? error : noAnswer(request.operation, error, options.timeoutMs);
    } finally {
      const durationMs = Date.now() - startedAt;
      options.onAttempt?.({
        operation: request.operation,
        durationMs,
        ...(status !== undefined && { status }),
      });
    }
  }

  async function pass<T>(request: ApiRequest<T>, { signal, deadline }: CallOptions): Promise<T> {
    const { operation } = request;
    refuseLongPause(operation, gate.pausedMs(), deadline);
    const authorization = await authorize(operation, () => key.header());
    try {
      return await gate.pass(() => attempt(request, authorization, signal), signal);
    } catch (error) {
      if (signal?.aborted === true) throw aborted(operation);
      if (!isSessionsApiError(error)) throw error;
      if (error.retryAfterMs !== undefined) gate.pause(error.retryAfterMs);
      if (error.code === 'UNAUTHORIZED') await authorize(operation, () => key.renew(authorization));
      throw error;
    }
  }

  /** A refused key has been read again by then: the call is repeated once with what was found. */
  async function passTwiceIfRefused<T>(request: ApiRequest<T>, call: CallOptions): Promise<T> {
    try {
      return await pass(request, call);
    } catch (error) {
      if (!isSessionsApiError(error) || error.code !== 'UNAUTHORIZED' || error.status === undefined)
        throw error;
      return await pass(request, call);
    }
  }

  return async (request, call = {}) => {
    if (call.signal?.aborted === true) throw aborted(request.operation);
    if (!request.repeatable) return await passTwiceIfRefused(request, call);
    return await withRetries(() => passTwiceIfRefused(request, call), call);
  };
}

/** Loaded with the first call, not before: a cold start reads its first events meanwhile. */
async function createClient(prefix: string): Promise<KyInstance> {
  const { default: ky } = await import('ky');
  // Redirects are not followed: they would carry the key elsewhere.
  return ky.create({ prefix, retry: 0, timeout: false, throwHttpErrors: false, redirect: 'manual' });
}

/** Waiting out a pause that the time left does not hold would be in vain: the queue waits better. */
function refuseLongPause(operation: string, pausedMs: number, deadline: number | undefined): void {
  if (deadline === undefined || pausedMs === 0 || Date.now() + pausedMs < deadline) return;
  const message = `${operation} was not sent: the API asked for a pause that is longer than the time left.`;
  throw new SessionsApiError(message, { code: 'THROTTLED', operation, retryAfterMs: pausedMs });
}

async function authorize<T>(operation: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const why = error instanceof Error ? error.message : 'for an unknown reason';
    const message = `${operation} was not sent: the API key could not be read: ${why}`;
    throw new SessionsApiError(message, { code: 'UNAUTHORIZED', operation });
  }
}

function aborted(operation: string): SessionsApiError {
  const message = `${operation} was aborted: the time of the invocation is over.`;
  return new SessionsApiError(message, { code: 'ABORTED', operation });
}

/** Only the name and code of what went wrong: an error of an HTTP client may hold the request's headers. */
function noAnswer(operation: string, error: unknown, timeoutMs: number): SessionsApiError {
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const why = timedOut ? `did not answer within ${timeoutMs} ms` : `could not be reached (${causeOf(error)})`;
  return new SessionsApiError(`${operation}: the API ${why}.`, { code: 'UNAVAILABLE', operation });
}

function causeOf(error: unknown): string {
  let at: unknown = error;
  while (at instanceof Error) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    at = at.cause;
  }
  return error instanceof Error ? error.name : 'unknown error';
}
