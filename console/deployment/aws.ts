/** Requests to AWS with the operator's own credentials: profiles, SSO and roles as the AWS CLI finds them. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { AwsClient } from 'aws4fetch';
import * as z from 'zod/mini';
import { causeOf } from '../../lib/runtime/cause.ts';
import { type AwsConfig, type Environment, readAwsConfig } from '../../lib/runtime/environment.ts';
import { parseJson } from '../../lib/runtime/json.ts';

/** The services that the console asks, beside those of the functions. */
const SERVICES = {
  lambda: 'LAMBDA',
  logs: 'CLOUDWATCH_LOGS',
  monitoring: 'CLOUDWATCH',
} as const;

/** A connection to AWS in one region. */
export interface Aws {
  region: string;
  sqs: SQSClient;
  /** What signs the requests of lib/: the credentials as they were last renewed. */
  config(): AwsConfig;
  /** Sends a request of AWS JSON, and returns the answer. */
  post(
    service: 'logs' | 'monitoring',
    target: string,
    version: '1.0' | '1.1',
    body: object,
  ): Promise<unknown>;
  /** Reads from a REST API, and returns the answer. */
  get(service: 'lambda', path: string): Promise<unknown>;
}

const RETRIES = 3;
const TIMEOUT_MS = 20_000;

const errorBody = z.looseObject({
  __type: z.optional(z.string()),
  message: z.optional(z.string()),
  Message: z.optional(z.string()),
});

/**
 * Connects to AWS.
 * @param region undefined: that of the environment or of the profile.
 * @throws Error without credentials or a region, and (from every request) with the answer of AWS.
 */
export async function connectAws(region: string | undefined, env: Environment = process.env): Promise<Aws> {
  const sqs = new SQSClient(region === undefined ? {} : { region });
  const home = await sqs.config.region();
  let config = await read();

  /** The SDK asks again for credentials that end soon, and remembers them otherwise. */
  async function read(): Promise<AwsConfig> {
    const { accessKeyId, secretAccessKey, sessionToken = '' } = await sqs.config.credentials();
    return readAwsConfig({
      ...env,
      AWS_REGION: home,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    });
  }

  async function send(service: keyof typeof SERVICES, path: string, init: RequestInit): Promise<unknown> {
    config = await read();
    const { endpoints: _, ...credentials } = config;
    const client = new AwsClient({ ...credentials, service, retries: RETRIES });
    const url = `${endpointOf(service, home, env)}${path}`;
    const answer = await client
      .fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
      .catch((cause: unknown) => {
        throw new Error(`AWS ${service} could not be reached (${causeOf(cause)}).`, { cause });
      });
    const body = parseJson(await answer.text());
    if (answer.ok) return body;
    const { __type = `status ${answer.status}`, message, Message } = errorBody.safeParse(body).data ?? {};
    const reason = message ?? Message ?? 'AWS gave no reason';
    throw new Error(`AWS ${service} refused: ${__type.replace(/^.*#/, '')}, ${reason}`);
  }

  return {
    region: home,
    sqs,
    config: () => config,
    post: (service, target, version, body) =>
      send(service, '/', {
        method: 'POST',
        headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target },
        body: JSON.stringify(body),
      }),
    get: (service, path) => send(service, path, { method: 'GET' }),
  };
}

/** @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
function endpointOf(service: keyof typeof SERVICES, region: string, env: Environment): string {
  const suffix = region.startsWith('cn-') ? '.cn' : '';
  const own = env[`AWS_ENDPOINT_URL_${SERVICES[service]}`] || env.AWS_ENDPOINT_URL;
  return own || `https://${service}.${region}.amazonaws.com${suffix}`;
}
