/**
 * Requests to AWS services that speak JSON (SSM, Secrets Manager, DynamoDB), signed by aws4fetch: the SDK
 * would cost a cold start more than the request itself. aws4fetch repeats a 429 and a 5xx, but AWS throttles
 * with a 400, and a connection may be reset: the retries are here.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { causeOf } from './cause.ts';
import type { AwsConfig } from './environment.ts';
import { parseJson } from './json.ts';
import { readAs } from './schema.ts';
import { orAborted, withTimeLimit } from './time-limit.ts';

/** One request. It must be safe to repeat: an answer can be lost after AWS carried the request out. */
export interface AwsRequest {
  service: keyof AwsConfig['endpoints'];
  /** The header `X-Amz-Target`, such as `AmazonSSM.GetParameter`. */
  target: string;
  /** The service's version of AWS JSON: DynamoDB speaks 1.0, SSM and Secrets Manager speak 1.1. */
  version: '1.0' | '1.1';
  body: object;
  /** Read before each attempt: Lambda changes its credentials while an environment lives. */
  aws: () => AwsConfig;
  /** No attempt goes on after this time. Epoch milliseconds. */
  deadlineMs: number;
  /** Aborts the request. */
  signal?: AbortSignal | undefined;
}

/** An AWS request that failed. The message names resources, never their content. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  /**
   * AWS's name of the error without its prefix, such as `ConditionalCheckFailedException`. Without an answer
   * it is `Timeout`, `NetworkError` or `Aborted`; `InvalidAnswer` is an answer that is not JSON.
   */
  readonly code: string;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** The answer's body, such as the `Item` that failed a condition of DynamoDB. */
  readonly body: unknown;

  constructor(code: string, message: string, answer: { status?: number; body?: unknown } = {}) {
    super(`${code}: ${message}`);
    this.code = code;
    this.status = answer.status;
    this.body = answer.body;
  }
}

const ATTEMPT_TIMEOUT_MS = 2000;
const FIRST_BACK_OFF_MS = 50;
const LONGEST_BACK_OFF_MS = 1000;

/**
 * The names under which AWS throttles or asks to try again, mostly with a 400: those that the AWS SDKs
 * repeat.
 */
const TRANSIENT = new Set([
  'BandwidthLimitExceeded',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestTimeout',
  'RequestTimeoutException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
  'NetworkError',
  'Timeout',
]);

/** Signing keys by day, region and service: to derive one takes more time than to sign with it. */
const signingKeys = new Map<string, ArrayBuffer>();

const errorBody = v.looseObject({
  __type: v.optional(v.string()),
  message: v.optional(v.string()),
  Message: v.optional(v.string()),
});

/**
 * Sends a request. Throttling, a 429, a 5xx, a lost connection and a timeout (2 seconds an attempt) are tried
 * again until the deadline, each time after a wait of 0 to 50 ms · 2ⁿ (at most 1 second): full jitter lets
 * environments that start together read one after the other.
 * @returns the answer's JSON.
 * @throws AwsError that of the last attempt.
 */
export async function awsRequest(request: AwsRequest): Promise<unknown> {
  const { deadlineMs, signal } = request;
  for (let retries = 0; ; retries += 1) {
    try {
      return await attempt(request);
    } catch (error) {
      const waitMs = Math.random() * Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** retries);
      const fits = Date.now() + waitMs < deadlineMs;
      if (!(error instanceof AwsError) || !isTransient(error) || !fits) throw error;
      await sleep(waitMs, undefined, signal && { signal }).catch(() => Promise.reject(error));
    }
  }
}

function isTransient({ code, status }: AwsError): boolean {
  return TRANSIENT.has(code) || status === 429 || (status !== undefined && status >= 500);
}

async function attempt(request: AwsRequest): Promise<unknown> {
  const timeoutMs = Math.max(0, Math.min(ATTEMPT_TIMEOUT_MS, request.deadlineMs - Date.now()));
  try {
    return await withTimeLimit({ signal: request.signal, timeoutMs }, (signal) => send(request, signal));
  } catch (error) {
    throw error instanceof AwsError ? error : noAnswer(error, request);
  }
}

async function send(request: AwsRequest, signal: AbortSignal): Promise<unknown> {
  const { service, target, version, body } = request;
  const { region, endpoints, ...credentials } = request.aws();
  const { AwsClient } = await import('aws4fetch');
  const client = new AwsClient({ ...credentials, region, service, retries: 0, cache: signingKeys });
  const answer = await orAborted(
    client.fetch(endpoints[service], {
      method: 'POST',
      headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target },
      body: JSON.stringify(body),
      signal,
    }),
    signal,
  );
  const { status } = answer;
  const json = parseJson(await answer.text());
  if (!answer.ok) throw refused(status, json);
  if (json === undefined) throw new AwsError('InvalidAnswer', 'the answer is not JSON', { status });
  return json;
}

/** AWS names the error in `__type`, with a prefix such as `com.amazonaws.dynamodb.v20120810#`. */
function refused(status: number, body: unknown): AwsError {
  const { __type = `status ${status}`, message, Message } = readAs(errorBody, body) ?? {};
  return new AwsError(__type.replace(/^.*#/, ''), message ?? Message ?? 'no message', { status, body });
}

function noAnswer(error: unknown, { signal, service }: AwsRequest): AwsError {
  if (signal?.aborted) return new AwsError('Aborted', `the request to ${service} was aborted`);
  if (error instanceof Error && error.name === 'TimeoutError')
    return new AwsError('Timeout', `${service} did not answer in time`);
  // What fetch throws where there is no answer, or only a part of one.
  if (error instanceof TypeError)
    return new AwsError('NetworkError', `${service} could not be reached (${causeOf(error)})`);
  throw error;
}
