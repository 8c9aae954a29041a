/** A batch from end to end: decode, plan, call, settle. What outlives a batch is held here. */
import type { SQSRecord } from 'aws-lambda';
import type { Attempt, CallOptions } from '../edgegap/client.ts';
import { createSessionsClient } from '../edgegap/client.ts';
import type { ApiConfig } from '../edgegap/config.ts';
import { createSurfaceCheck } from '../edgegap/surface.ts';
import { createMemory } from '../memory/memory.ts';
import type { SecretReader } from '../runtime/secrets.ts';
import { decode } from './decode.ts';
import { planBatch } from './plan.ts';
import { runPlan } from './run.ts';
import type { Outcome } from './settle.ts';
import { settle } from './settle.ts';

/** A batch may spend what the rate allows in this time before users calls have to wait. */
const BUDGET_SECONDS = 5;

/** What a batch came to. */
export interface BatchReport {
  /** One for each record, by index. */
  outcomes: Outcome[];
  /** How many records were events. */
  eventCount: number;
  /** Every attempt made at the API, repeated ones too. */
  attempts: Attempt[];
  /** Age of the oldest event in milliseconds; 0 without events. */
  oldestEventMs: number;
  durationMs: number;
}

/** Deals with the records of one batch within the given time. Rejects only for a fault of our own. */
export type BatchHandler = (records: readonly SQSRecord[], time: CallOptions) => Promise<BatchReport>;

/** The handler of one environment, with its client and its memory. */
export function createBatchHandler(config: ApiConfig, apiKey: SecretReader): BatchHandler {
  const client = createSessionsClient({
    baseUrl: config.apiUrl,
    apiKey,
    rate: config.apiRate,
    concurrency: config.apiConcurrency,
    timeoutMs: config.apiTimeoutMs,
  });
  const memory = createMemory();
  const { bulkStopChunk } = config;
  const limits = { bulkStopChunk, budgetCalls: Math.max(1, Math.floor(config.apiRate * BUDGET_SECONDS)) };
  const environment = { client, memory, surfaceIsThere: createSurfaceCheck(client), bulkStopChunk };

  return async (records, time) => {
    const startedAt = Date.now();
    const attempts: Attempt[] = [];
    const call = { ...time, onAttempt: (attempt: Attempt) => attempts.push(attempt) };
    const decoded = decode(records, startedAt);
    const plan = planBatch(decoded.events, memory, limits);
    const results = await runPlan(plan, { ...environment, call });
    return {
      outcomes: settle(records.length, decoded, plan, results),
      eventCount: decoded.events.length,
      attempts,
      oldestEventMs: decoded.events.reduce((oldest, { ageMs }) => Math.max(oldest, ageMs), 0),
      durationMs: Date.now() - startedAt,
    };
  };
}
