/** The Lambda function behind the events queue: a batch of events becomes the fewest API calls. */
import middy from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import { readApiConfig, readAwsConfig, readQueueConfig } from '../lib/config.ts';
import { apiKey } from '../lib/middleware/api-key.ts';
import { batchResponses } from '../lib/middleware/batch-responses.ts';
import { errors } from '../lib/middleware/errors.ts';
import { invocationTime } from '../lib/middleware/invocation-time.ts';
import { telemetry } from '../lib/middleware/telemetry.ts';
import type { BatchResult } from '../lib/middleware/types.ts';
import { createBatchHandler } from '../lib/plan/batch.ts';
import { createSecretReader } from '../lib/secrets.ts';

const config = readApiConfig();
const queues = readQueueConfig();
const readKey = createSecretReader({
  variable: 'SESSIONS_API_KEY',
  value: config.apiKey,
  aws: readAwsConfig,
});
const handleBatch = createBatchHandler(config, readKey);

export const handler = middy<SQSEvent, BatchResult, Error>({ timeoutEarlyInMillis: 1000 })
  .use(errors<SQSEvent, BatchResult>())
  .use(telemetry())
  .use(batchResponses(queues))
  .use(apiKey<SQSEvent, BatchResult>(readKey))
  .handler(async (event, context, { signal }): Promise<BatchResult> => {
    return await handleBatch(event.Records, invocationTime(context, signal));
  });
