/**
 * One attempt: what ky cannot do, put into its `fetch` option, so that each of ky's retries passes here too.
 *
 * - The gate. ky knows no rate and no concurrency, and its `Retry-After` lets one call wait, not all of them.
 * - The time limit. ky's `timeout` would count the wait at the gate, and ends with the headers of the answer.
 *   ky composes what it is given with `AbortSignal.any`, so it gets a signal that lives no longer than the
 *   call.
 * - The end of the body: it belongs to the attempt, is cut off at a bound, and a question whose answer cannot
 *   be used is asked again. ky repeats by status alone.
 */
import type { Input } from 'ky';
import { causeOf } from '../runtime/cause.ts';
import { orAborted, withTimeLimit } from '../runtime/time-limit.ts';
import { invalidAnswer, readAnswer, statusError } from './answer.ts';
import { aborted, isSessionsApiError, SessionsApiError } from './errors.ts';
import type { Gate } from './gate.ts';
import type { Finding } from './pause.ts';
import type { ApiRequest, CallOptions } from './request.ts';

/** Bytes of an answer's body, decompressed. The longest answer, a page of the list, has some 50 KB. */
const LONGEST_BODY = 10 * 1024 * 1024;

/** What every attempt of a client keeps to. */
export interface Limits {
  gate: Gate;
  /** One attempt from the request to the end of the answer, in milliseconds. */
  timeoutMs: number;
}

/** The call that an attempt is made for. */
export interface Call<T> extends CallOptions {
  request: ApiRequest<T>;
  /** Aborts when the caller's signal does, and ends with the call. */
  signal: AbortSignal;
  /** No wait for a retry, or for the end of a pause, lasts longer. Epoch milliseconds. */
  until: number;
}

/**
 * Sends a request once, when its turn comes, and reads the whole answer.
 * @param sent what ky made of the request.
 * @returns a 2xx whose body can be used. That of a change may be missing: the status says that it happened.
 * @throws SessionsApiError
 */
export async function attempt<T>(sent: Input, call: Call<T>, limits: Limits): Promise<Response> {
  const { operation, gate } = call.request;
  const turn = { operation, signal: call.signal, deadline: call.until };
  const shared = () => limits.gate.pass(turn, () => counted(sent, call, limits.timeoutMs), findingOf);
  // A pause that the API asks for holds for all operations: the client's own gate has it.
  return await (gate?.pass(turn, shared, () => ({ health: 'unknown' })) ?? shared());
}

async function counted<T>(sent: Input, call: Call<T>, timeoutMs: number): Promise<Response> {
  const { operation } = call.request;
  const startedAt = performance.now();
  let status: number | undefined;
  try {
    return await withTimeLimit({ signal: call.signal, timeoutMs }, async (signal) => {
      const response = await orAborted(fetch(sent, { signal }), signal);
      status = response.status;
      return await usable(response, call.request);
    });
  } catch (error) {
    if (isSessionsApiError(error)) throw error;
    throw call.signal.aborted ? aborted(operation) : noAnswer(operation, error, timeoutMs);
  } finally {
    const durationMs = Math.round(performance.now() - startedAt);
    call.onAttempt?.({ operation, durationMs, ...(status !== undefined && { status }) });
  }
}

/**
 * The answer, its body read.
 * @throws SessionsApiError for a status that is not a 2xx, and where a question has an answer that cannot be
 * used.
 */
async function usable<T>(response: Response, { operation, kind, answer }: ApiRequest<T>): Promise<Response> {
  const { status, headers, ok } = response;
  const isNeeded = ok && kind !== 'change';
  const text = await readText(response, operation).catch((error) => {
    if (isNeeded) throw error;
    return '';
  });
  if (!ok) throw statusError(operation, { status, headers, text });
  readAnswer(operation, answer, { status, text });
  return new Response(text);
}

async function readText(response: Response, operation: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (bytes > LONGEST_BODY)
      throw invalidAnswer(operation, response.status, 'its body is longer than 10 MB');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Only the name and code of what went wrong: an error of an HTTP client may hold the request's headers. */
function noAnswer(operation: string, error: unknown, timeoutMs: number): SessionsApiError {
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const why = timedOut ? `did not answer within ${timeoutMs} ms` : `could not be reached (${causeOf(error)})`;
  return new SessionsApiError(`${operation}: the API ${why}.`, { code: 'UNAVAILABLE', operation });
}

/** What a failed attempt says about the API: a refusal comes from an API that is well. */
function findingOf(error: unknown): Finding {
  if (!isSessionsApiError(error) || error.code === 'ABORTED') return { health: 'unknown' };
  const ill = error.code === 'THROTTLED' || error.code === 'UNAVAILABLE';
  return { health: ill ? 'ill' : 'well', retryAfterMs: error.retryAfterMs };
}
