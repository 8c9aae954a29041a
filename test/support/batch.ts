/** An environment of session-events in this process: whole batches, in front of an API over HTTP. */
import type { SQSRecord } from 'aws-lambda';
import {
  type BatchEnvironment,
  type BatchReport,
  createBatchEnvironment,
  handleBatch,
} from '../../lib/session-events/batch.ts';

interface EnvironmentOptions {
  apiKey?: string;
  /** `USER_LEFT_GRACE`. Default: 0. */
  graceMs?: number;
  /** Calls of one batch before users calls wait. Default: more than a test makes. */
  budgetCalls?: number;
}

/** An environment that remembers alone, and is held back by no rate. */
export function batchEnvironment(
  apiUrl: string,
  { apiKey = 'key', graceMs = 0, budgetCalls = 5000 }: EnvironmentOptions = {},
): BatchEnvironment {
  const limits = { apiRate: 1000, apiConcurrency: 4, apiTimeoutMs: 2000, bulkStopChunk: 500, graceMs };
  const config = { apiKey, apiUrl, ...limits, memory: { table: undefined, days: 15 } };
  const created = createBatchEnvironment(config, async () => apiKey);
  return { ...created, limits: { ...created.limits, budgetCalls } };
}

/** Handles a batch. @param timeMs how long calls go on: one that fails is tried for a moment only, by default. */
export async function handleRecords(
  environment: BatchEnvironment,
  records: readonly SQSRecord[],
  timeMs = 300,
): Promise<BatchReport> {
  const time = { deadline: Date.now() + timeMs, signal: new AbortController().signal };
  return await handleBatch(records, time, environment);
}
