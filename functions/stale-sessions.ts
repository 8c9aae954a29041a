/** The scheduled Lambda function that stops the sessions that no event ended. */
import middy from '@middy/core';
import { createAuditLog } from '../lib/edgegap/audit.ts';
import { createSessionsClient } from '../lib/edgegap/client.ts';
import { readApiConfig } from '../lib/edgegap/config.ts';
import { apiKey } from '../lib/runtime/api-key.ts';
import { readAwsConfig } from '../lib/runtime/environment.ts';
import { errors } from '../lib/runtime/errors.ts';
import { invocationTime } from '../lib/runtime/invocation-time.ts';
import { createSecretReader } from '../lib/runtime/secrets.ts';
import { readSweepConfig } from '../lib/sweep/config.ts';
import { createSweep } from '../lib/sweep/sweep.ts';
import { reportSweep, type SweepLine, sweepLine } from '../lib/sweep/telemetry.ts';

const { apiKey: value, apiUrl: baseUrl, apiTimeoutMs: timeoutMs, bulkStopChunk, ...api } = readApiConfig();
const readKey = createSecretReader({ variable: 'SESSIONS_API_KEY', value, aws: readAwsConfig });
const limits = { rate: api.apiRate, concurrency: api.apiConcurrency };
const client = createSessionsClient({ baseUrl, apiKey: readKey, timeoutMs, ...limits });
const sweep = createSweep({ ...readSweepConfig(), ...limits, client, bulkStopChunk });

export const handler = middy<unknown, SweepLine, Error>({ timeoutEarlyInMillis: 1000 })
  .use(errors<unknown, SweepLine>())
  .use(apiKey<unknown, SweepLine>(readKey))
  .handler(async (_event, context, { signal }): Promise<SweepLine> => {
    const audit = createAuditLog(context.awsRequestId);
    const report = await sweep({ ...invocationTime(context, signal), audit });
    reportSweep(report, context.functionName);
    return sweepLine(report);
  });
