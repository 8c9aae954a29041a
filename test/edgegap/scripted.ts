/** A client of an API that answers by a script, for the tests of this folder. */
import { inspect } from 'node:util';
import { afterEach, vi } from 'vitest';
import type { Attempt, CallOptions, TransportOptions } from '../../lib/edgegap/client.ts';
import { createSessionsClient } from '../../lib/edgegap/client.ts';
import type { SessionsApiError } from '../../lib/edgegap/errors.ts';
import { isSessionsApiError } from '../../lib/edgegap/errors.ts';
import type { ScriptedAnswer } from '../support/scripted-api.ts';
import { startScriptedApi } from '../support/scripted-api.ts';

export const KEY = 'f3b1-secret-key';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Stops something at the end of the test. */
export function atEnd(stop: () => Promise<void>): void {
  stops.push(stop);
}

/** A client of an API that answers in the order of `script`; the last answer is repeated. */
export async function scripted(script: ScriptedAnswer[], options: Partial<TransportOptions> = {}) {
  const api = await startScriptedApi(script);
  atEnd(api.stop);
  const attempts: Attempt[] = [];
  const client = createSessionsClient({
    baseUrl: api.url,
    apiKey: () => KEY,
    rate: 1000,
    concurrency: 4,
    timeoutMs: 2000,
    ...options,
  });
  const counted: CallOptions = { onAttempt: (attempt) => attempts.push(attempt) };
  return { client, url: api.url, seen: api.seen, attempts, counted };
}

/** Until the end of the test, retries follow at once: the jitter is between nothing and the back-off. */
export function withoutBackOff(): void {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0);
  atEnd(async () => random.mockRestore());
}

/** The error that a call rejects with. */
export async function failure(call: Promise<unknown>): Promise<SessionsApiError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason) => reason,
  );
  if (!isSessionsApiError(error)) throw new Error(`expected an error of the client, got ${inspect(error)}`);
  return error;
}

/** A deadline that leaves no time for a retry. */
export const soon = () => ({ deadline: Date.now() + 150 });
