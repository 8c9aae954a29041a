/** Requests to SQS: the client of a function, and a deadline for every request. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { withTimeLimit } from '../runtime/time-limit.ts';

/** One attempt at a request: a connection that died while Lambda kept the environment frozen costs 2 seconds. */
const ATTEMPT = { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true };
/** All attempts of the SDK at one request. Long enough to upload 1 MiB over a slow line, eight times at once. */
const REQUEST_TIMEOUT_MS = 10_000;

let client: SQSClient | undefined;

/**
 * Returns the client of this environment: one, so that its connections stay open from batch to batch. The SDK is
 * imported when the client is first needed, because it would cost every cold start.
 */
export async function sqsClient(): Promise<SQSClient> {
  const { SQSClient } = await import('@aws-sdk/client-sqs');
  client ??= new SQSClient({ maxAttempts: 3, requestHandler: ATTEMPT });
  return client;
}

/** The options that the SDK takes with a request. */
export interface RequestOptions {
  abortSignal: AbortSignal;
}

/**
 * Makes a request that ends after 10 seconds, or when `signal` aborts, and then rejects with the reason of the abort:
 * the SDK's own error does not say it.
 */
export async function withRequestDeadline<T>(
  signal: AbortSignal | undefined,
  request: (options: RequestOptions) => Promise<T>,
): Promise<T> {
  return await withTimeLimit({ signal, timeoutMs: REQUEST_TIMEOUT_MS }, async (abortSignal) => {
    // The SDK would prepare and sign the request first: too much work for a thousand that are left at a deadline.
    abortSignal.throwIfAborted();
    try {
      return await request({ abortSignal });
    } catch (error) {
      abortSignal.throwIfAborted();
      throw error;
    }
  });
}
