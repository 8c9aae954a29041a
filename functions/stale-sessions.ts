/** The scheduled Lambda function that stops the sessions that nobody spoke for. */
import middy from '@middy/core';
import { createSessionsClient } from '../lib/edgegap/client.ts';
import { readApiConfig } from '../lib/edgegap/config.ts';
import { apiKey } from '../lib/runtime/api-key.ts';
import { readAwsConfig } from '../lib/runtime/environment.ts';
import { errors } from '../lib/runtime/errors.ts';
import { invocationTime } from '../lib/runtime/invocation-time.ts';
import { createSecretReader } from '../lib/runtime/secrets.ts';
import { readSweepConfig } from '../lib/sweep/config.ts';
import { createSweep } from '../lib/sweep/sweep.ts';
import type { SweepLine } from '../lib/sweep/telemetry.ts';
import { sweepLine, tellSweep } from '../lib/sweep/telemetry.ts';

const config = readApiConfig();
const readKey = createSecretReader({
  variable: 'SESSIONS_API_KEY',
  value: config.apiKey,
  aws: readAwsConfig,
});
const sweep = createSweep({
  ...readSweepConfig(),
  client: createSessionsClient({
    baseUrl: config.apiUrl,
    apiKey: readKey,
    rate: config.apiRate,
    concurrency: config.apiConcurrency,
    timeoutMs: config.apiTimeoutMs,
  }),
  concurrency: config.apiConcurrency,
  bulkStopChunk: config.bulkStopChunk,
});

export const handler = middy<unknown, SweepLine, Error>({ timeoutEarlyInMillis: 1000 })
  .use(errors<unknown, SweepLine>())
  .use(apiKey<unknown, SweepLine>(readKey))
  .handler(async (_event, context, { signal }): Promise<SweepLine> => {
    const report = await sweep(invocationTime(context, signal));
    tellSweep(report, context.functionName);
    return sweepLine(report);
  });
