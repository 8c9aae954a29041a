/** The Lambda function behind the events queue: a batch of events becomes the fewest API calls. */
import middy from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import { readApiConfig } from '../lib/edgegap/config.ts';
import { readMemoryConfig } from '../lib/memory/config.ts';
import { apiKey } from '../lib/runtime/api-key.ts';
import { readAwsConfig } from '../lib/runtime/environment.ts';
import { errors } from '../lib/runtime/errors.ts';
import { invocationTime } from '../lib/runtime/invocation-time.ts';
import { createSecretReader } from '../lib/runtime/secrets.ts';
import type { BatchReport } from '../lib/session-events/batch.ts';
import { createBatchEnvironment, handleBatch } from '../lib/session-events/batch.ts';
import { readBatchConfig, readQueueConfig } from '../lib/session-events/config.ts';
import { retries } from '../lib/session-events/retries.ts';

const config = { ...readApiConfig(), ...readBatchConfig(), memory: readMemoryConfig() };
const readKey = createSecretReader({
  variable: 'SESSIONS_API_KEY',
  value: config.apiKey,
  aws: readAwsConfig,
});
const environment = createBatchEnvironment(config, readKey);

export const handler = middy<SQSEvent, BatchReport, Error>({ timeoutEarlyInMillis: 1000 })
  .use(errors<SQSEvent, BatchReport>())
  .use(retries(readQueueConfig()))
  .use(apiKey<SQSEvent, BatchReport>(readKey))
  .handler((event, context, { signal }) =>
    handleBatch(event.Records, invocationTime(context, signal), environment),
  );
