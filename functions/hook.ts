/** The Lambda function behind `POST /hooks`: signed requests and the platform's webhooks become events in the queue. */
import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { readHookConfig } from '../lib/hook/config.ts';
import { answerHook } from '../lib/hook/hook.ts';
import { problems } from '../lib/hook/problems.ts';
import { readRequest } from '../lib/hook/request.ts';
import { createVerifier } from '../lib/hook/signature.ts';
import { tellHook } from '../lib/hook/telemetry.ts';
import { readAwsConfig } from '../lib/runtime/environment.ts';
import { errors } from '../lib/runtime/errors.ts';
import { invocationTime } from '../lib/runtime/invocation-time.ts';
import { createSecretReader, type SecretReader } from '../lib/runtime/secrets.ts';
import { sqsClient } from '../lib/sqs/client.ts';
import { publishEvents } from '../lib/sqs/publish.ts';

const { signingSecrets, edgegapToken, eventsQueueUrl: queueUrl } = readHookConfig();
const secret = (variable: string, value: string): SecretReader =>
  createSecretReader({ variable, value, aws: readAwsConfig });
const verify = createVerifier(signingSecrets.map((value) => secret('HOOK_SIGNING_SECRET', value)));
const readToken = edgegapToken === undefined ? undefined : secret('HOOK_EDGEGAP_TOKEN', edgegapToken);
// Every request needs it: better loaded before the first one, where Lambda gives a whole CPU.
const client = await sqsClient();

export const handler = middy<unknown, APIGatewayProxyStructuredResultV2, Error>({ timeoutEarlyInMillis: 500 })
  .use(errors<unknown, APIGatewayProxyStructuredResultV2>())
  .use(problems())
  .handler(async (event, context, { signal: early }) => {
    const request = readRequest(event);
    const { signal } = invocationTime(context, early);
    const publish = (events: readonly unknown[]) => publishEvents(events, { client, queueUrl, signal });
    const result = await answerHook(request, { verify, readToken, publish });
    tellHook(result, request.route, context.functionName);
    return result.answer;
  });
