/** Signed requests to AWS, over HTTP to an endpoint that answers as AWS does. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { AwsRequest } from '../../lib/runtime/aws.ts';
import { AwsError, awsRequest } from '../../lib/runtime/aws.ts';
import { readAwsConfig } from '../../lib/runtime/environment.ts';
import { createSecretReader } from '../../lib/runtime/secrets.ts';
import { createTokenBucket } from '../../local/sandbox/rate.ts';
import type { ScriptedAnswer } from '../support/scripted-api.ts';
import { startScriptedApi } from '../support/scripted-api.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const awsAt = (url: string) => () =>
  readAwsConfig({
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'aws-secret',
    AWS_ENDPOINT_URL: url,
  });

async function scripted(script: ScriptedAnswer[], options: Partial<AwsRequest> = {}) {
  const api = await startScriptedApi(script);
  stops.push(api.stop);
  const answer = awsRequest({
    service: 'dynamodb',
    target: 'DynamoDB_20120810.GetItem',
    version: '1.0',
    body: { TableName: 't' },
    aws: awsAt(api.url),
    deadlineMs: Date.now() + 5000,
    ...options,
  });
  return { answer, seen: api.seen };
}

const done: ScriptedAnswer = { status: 200, body: { Item: {} } };
const refused = (__type: string): ScriptedAnswer => ({ status: 400, body: { __type, message: 'no' } });

test('a request is signed for its service', async () => {
  const { answer, seen } = await scripted([done]);
  expect(await answer).toEqual({ Item: {} });
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ TableName: 't' });
  expect(seen[0]?.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/dynamodb\/aws4_request/,
  );
});

describe('a failure that passes is tried again', () => {
  // The names are those of the services' API references, under "Common errors" and GetParameter, GetItem.
  const passing: [string, ScriptedAnswer][] = [
    ['throttling', refused('ThrottlingException')],
    ['throttling with a prefix', refused('com.amazonaws.dynamodb.v20120810#ThrottlingException')],
    ['too many requests', refused('TooManyRequestsException')],
    ['a request limit', refused('RequestLimitExceeded')],
    ['a table that is too busy', refused('ProvisionedThroughputExceededException')],
    ['a limit of the service', refused('LimitExceededException')],
    ['a 429', { status: 429 }],
    ['a 500', { status: 500, body: { __type: 'InternalServerError' } }],
    ['a 503 that is not JSON', { status: 503, body: '<html>' }],
    ['a connection that is reset', 'reset'],
  ];
  test.each(passing)('%s', async (_, failure) => {
    const { answer, seen } = await scripted([failure, failure, done]);
    expect(await answer).toEqual({ Item: {} });
    expect(seen).toHaveLength(3);
  });
});

describe('a failure that stays is an error', () => {
  test('with AWS’s name for it, its status and its body', async () => {
    const name = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
    const body = { __type: name, message: 'The conditional request failed', Item: { id: { S: 'a' } } };
    const { answer, seen } = await scripted([{ status: 400, body }]);
    const error: unknown = await answer.catch((reason) => reason);
    expect(error).toBeInstanceOf(AwsError);
    expect(error).toMatchObject({
      code: 'ConditionalCheckFailedException',
      status: 400,
      message: 'ConditionalCheckFailedException: The conditional request failed',
      body: { Item: { id: { S: 'a' } } },
    });
    expect(seen).toHaveLength(1);
  });

  test('throttling that does not end before the deadline', async () => {
    const { answer } = await scripted([refused('ThrottlingException')], { deadlineMs: Date.now() + 200 });
    await expect(answer).rejects.toMatchObject({ code: 'ThrottlingException', status: 400 });
  });

  test('a service that does not answer before the deadline', async () => {
    const { answer } = await scripted(['hang'], { deadlineMs: Date.now() + 100 });
    await expect(answer).rejects.toMatchObject({ code: 'Timeout' });
  });

  test('an abort', async () => {
    const stop = new AbortController();
    const { answer } = await scripted(['hang'], { signal: stop.signal });
    stop.abort();
    await expect(answer).rejects.toMatchObject({ code: 'Aborted' });
  });

  test('a 200 that is not JSON', async () => {
    const { answer } = await scripted([{ status: 200, body: '<html>' }]);
    await expect(answer).rejects.toMatchObject({ code: 'InvalidAnswer', status: 200 });
  });
});

/** SSM answers 40 reads a second, and throttles the rest as it does: with a 400. */
async function startSsm() {
  const bucket = createTokenBucket(40, 40, () => performance.now());
  let throttled = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const taken = bucket.take();
      if (!taken.ok) throttled += 1;
      response.writeHead(taken.ok ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(
        taken.ok
          ? JSON.stringify({ Parameter: { Value: 'the-key' } })
          : JSON.stringify({ __type: 'ThrottlingException', message: 'Rate exceeded' }),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, throttled: () => throttled };
}

test('60 cold starts at once all get the secret of a service that takes 40 reads a second', async () => {
  const ssm = await startSsm();
  const coldStart = () =>
    createSecretReader({ variable: 'SESSIONS_API_KEY', value: 'ssm:/key', aws: awsAt(ssm.url) });
  const reads = Array.from({ length: 60 }, () => coldStart()({ refresh: false }));
  expect(await Promise.all(reads)).toEqual(Array.from({ length: 60 }, () => 'the-key'));
  expect(ssm.throttled()).toBeGreaterThan(0);
});

test('each service has an endpoint of its own, as the AWS SDKs name them', () => {
  const env = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  expect(readAwsConfig(env).endpoints.dynamodb).toBe('https://dynamodb.eu-west-1.amazonaws.com');
  const all = { ...env, AWS_ENDPOINT_URL: 'http://all' };
  expect(readAwsConfig(all).endpoints.dynamodb).toBe('http://all');
  expect(readAwsConfig({ ...all, AWS_ENDPOINT_URL_DYNAMODB: 'http://d' }).endpoints).toMatchObject({
    dynamodb: 'http://d',
    ssm: 'http://all',
  });
});
