/** The Lambda function behind the events queue: a batch of events becomes the fewest API calls. */
import middy from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import { readApiConfig } from '../lib/edgegap/config.ts';
import { apiKey } from '../lib/runtime/api-key.ts';
import { readAwsConfig } from '../lib/runtime/environment.ts';
import { errors } from '../lib/runtime/errors.ts';
import { invocationTime } from '../lib/runtime/invocation-time.ts';
import { createSecretReader } from '../lib/runtime/secrets.ts';
import { createBatchEnvironment, handleBatch } from '../lib/session-events/batch.ts';
import { readQueueConfig } from '../lib/session-events/config.ts';
import type { BatchResult } from '../lib/session-events/middleware-types.ts';
import { batchResponses } from '../lib/session-events/retries.ts';
import { telemetry } from '../lib/session-events/telemetry.ts';

const config = readApiConfig();
const queues = readQueueConfig();
const readKey = createSecretReader({
  variable: 'SESSIONS_API_KEY',
  value: config.apiKey,
  aws: readAwsConfig,
});
const environment = createBatchEnvironment(config, readKey);

export const handler = middy<SQSEvent, BatchResult, Error>({ timeoutEarlyInMillis: 1000 })
  .use(errors<SQSEvent, BatchResult>())
  .use(telemetry())
  .use(batchResponses(queues))
  .use(apiKey<SQSEvent, BatchResult>(readKey))
  .handler(async (event, context, { signal }): Promise<BatchResult> => {
    return await handleBatch(event.Records, invocationTime(context, signal), environment);
  });
