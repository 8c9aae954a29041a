/** The scheduled Lambda function that stops the sessions, and the deployments, that no event ended. */
import middy from '@middy/core';
import { createAuditLog } from '../lib/edgegap/audit.ts';
import { createSessionsClient } from '../lib/edgegap/client.ts';
import { readApiConfig } from '../lib/edgegap/config.ts';
import { readMemoryConfig } from '../lib/memory/config.ts';
import { openMemory } from '../lib/memory/memory.ts';
import { apiKey } from '../lib/runtime/api-key.ts';
import { readAwsConfig } from '../lib/runtime/environment.ts';
import { errors } from '../lib/runtime/errors.ts';
import { invocationTime } from '../lib/runtime/invocation-time.ts';
import { createSecretReader } from '../lib/runtime/secrets.ts';
import { createBothSweeps, type SweepLines } from '../lib/sweep/both.ts';
import { readDeploymentSweepConfig, readSweepConfig } from '../lib/sweep/config.ts';
import { createDeploymentRuns } from '../lib/sweep/deployments-later.ts';
import { createSweep } from '../lib/sweep/sweep.ts';

const { apiKey: value, apiUrl: baseUrl, apiTimeoutMs: timeoutMs, bulkStopChunk, ...api } = readApiConfig();
const readKey = createSecretReader({ variable: 'SESSIONS_API_KEY', value, aws: readAwsConfig });
const limits = { rate: api.apiRate, concurrency: api.apiConcurrency };
const client = createSessionsClient({ baseUrl, apiKey: readKey, timeoutMs, ...limits });
const shared = openMemory(readMemoryConfig());
const options = { ...limits, client, bulkStopChunk };
const run = createBothSweeps(
  createSweep({ ...readSweepConfig(), ...options, shared }),
  createDeploymentRuns({ ...readDeploymentSweepConfig(), ...options, memory: shared }),
);

export const handler = middy<unknown, SweepLines, Error>({ timeoutEarlyInMillis: 1000 })
  .use(errors<unknown, SweepLines>())
  .use(apiKey<unknown, SweepLines>(readKey))
  .handler((_event, context, { signal }) =>
    run({ ...invocationTime(context, signal), audit: createAuditLog() }, context.functionName),
  );
