/** The Lambda function behind `POST /hooks`: signed requests and other systems' webhooks become events in the queue. */
import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { answerOf } from '../lib/hook/answers.ts';
import { createSenderChecks } from '../lib/hook/checks.ts';
import { readHookConfig } from '../lib/hook/config.ts';
import { answerHook } from '../lib/hook/hook.ts';
import { problems } from '../lib/hook/problems.ts';
import type { Publish } from '../lib/hook/queue.ts';
import { reportHook } from '../lib/hook/report.ts';
import { readRequest } from '../lib/hook/request.ts';
import { errors } from '../lib/runtime/errors.ts';
import { invocationTime } from '../lib/runtime/invocation-time.ts';
import { sqsClient } from '../lib/sqs/client.ts';
import { publishEvents } from '../lib/sqs/publish.ts';
import { senderAttributes } from '../lib/sqs/sender.ts';

const config = readHookConfig();
const checks = createSenderChecks(config);
// Every request needs it. Lambda has a whole CPU while an environment starts.
const client = await sqsClient();

export const handler = middy<unknown, APIGatewayProxyStructuredResultV2, Error>({ timeoutEarlyInMillis: 500 })
  .use(errors<unknown, APIGatewayProxyStructuredResultV2>())
  .use(problems())
  .handler(async (event, context, { signal: early }) => {
    const { signal } = invocationTime(context, early);
    const queue = { client, queueUrl: config.eventsQueueUrl, signal };
    const publish: Publish = (events, sender) =>
      publishEvents(events, { ...queue, attributes: senderAttributes(sender) });
    const result = await answerHook(readRequest(event), { ...checks, publish });
    reportHook(result, context.functionName);
    return answerOf(result);
  });
