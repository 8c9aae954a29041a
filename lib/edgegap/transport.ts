/** Transport: the one ky instance, with the key, the retries, and the attempts that pass the gate. */
import type { KyInstance } from 'ky';
import { withTimeLimit } from '../runtime/time-limit.ts';
import { readAnswer } from './answer.ts';
import type { Call } from './attempt.ts';
import { attempt } from './attempt.ts';
import { aborted, isSessionsApiError, SessionsApiError } from './errors.ts';
import { createGate } from './gate.ts';
import type { KeyHolder, ReadKey } from './key.ts';
import { holdKey, KeyError } from './key.ts';
import type { Send } from './request.ts';
import { isRefusedKey, retriesOf } from './retries.ts';

/** How a client reaches the API. */
export interface TransportOptions {
  /** Base URL, such as `https://api.edgegap.com`. */
  baseUrl: string;
  apiKey: ReadKey;
  /** Attempts in any second, repeated ones counted. */
  rate: number;
  /** Attempts in flight at once. */
  concurrency: number;
  /** One attempt from the request to the end of the answer, in milliseconds. */
  timeoutMs: number;
}

/** How long the waits of a call without a deadline may last. */
const PATIENCE_MS = 30_000;

/** The transport of a client: its gate and its key are shared by all calls. */
export function createTransport({ baseUrl, apiKey, timeoutMs, rate, concurrency }: TransportOptions): Send {
  const limits = { gate: createGate({ rate, concurrency }), timeoutMs };
  const key = holdKey(apiKey);
  let http: Promise<KyInstance> | undefined;

  async function send<T>(call: Call<T>): Promise<T> {
    const { request, signal } = call;
    http ??= createHttp(baseUrl, key);
    const client = await http;
    const response = await client(request.path, {
      method: request.method,
      ...(request.body !== undefined && { json: request.body }),
      signal,
      retry: retriesOf(call),
      fetch: (sent) => attempt(sent, call, limits),
    });
    const { status } = response;
    return readAnswer(request.operation, request.answer, { status, text: await response.text() });
  }

  return async (request, call = {}) => {
    const until = call.deadline ?? Date.now() + PATIENCE_MS;
    try {
      return await withTimeLimit({ signal: call.signal }, (signal) =>
        send({ ...call, request, signal, until }),
      );
    } catch (error) {
      if (isSessionsApiError(error)) throw error;
      throw call.signal?.aborted ? aborted(request.operation) : notSent(request.operation, error);
    }
  };
}

/** Loaded with the first call, not before: a cold start reads its first events meanwhile. */
async function createHttp(prefix: string, key: KeyHolder): Promise<KyInstance> {
  const { default: ky } = await import('ky');
  const authorize = async (request: Request) => request.headers.set('authorization', await key.header());
  return ky.create({
    prefix,
    headers: { accept: 'application/json' },
    // A redirect would carry the key elsewhere.
    redirect: 'manual',
    timeout: false,
    hooks: {
      beforeRequest: [({ request }) => authorize(request)],
      beforeRetry: [
        async ({ request, error }) => {
          if (isRefusedKey(error)) await key.renew(request.headers.get('authorization'));
          await authorize(request);
        },
      ],
    },
  });
}

/** @throws whatever is not about the key: a fault of ours. */
function notSent(operation: string, error: unknown): SessionsApiError {
  if (!(error instanceof KeyError)) throw error;
  const message = `${operation} was not sent: ${error.message}`;
  return new SessionsApiError(message, { code: 'UNAUTHORIZED', operation });
}
