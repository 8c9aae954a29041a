/** A batch from end to end: decode, plan, run, settle. */
import type { SQSRecord } from 'aws-lambda';
import type { Attempt, CallOptions, SessionsClient } from '../edgegap/client.ts';
import { createSessionsClient } from '../edgegap/client.ts';
import type { ApiConfig } from '../edgegap/config.ts';
import { createMemory, type Memory } from '../memory/memory.ts';
import type { SecretReader } from '../runtime/secrets.ts';
import { createBudget } from './budget.ts';
import { decode } from './decode.ts';
import { planBatch } from './plan.ts';
import { runPlan } from './run.ts';
import { settle } from './settle.ts';
import type { Outcome, PlanLimits } from './types.ts';

/** A batch may make the calls that the rate allows in this time before users calls have to wait. */
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

/** What outlives a batch: the client, the memory, and what a batch may spend. */
export interface BatchEnvironment {
  client: SessionsClient;
  memory: Memory;
  limits: PlanLimits;
}

/** The environment that a configuration describes, with an empty memory. */
export function createBatchEnvironment(config: ApiConfig, apiKey: SecretReader): BatchEnvironment {
  const client = createSessionsClient({
    baseUrl: config.apiUrl,
    apiKey,
    rate: config.apiRate,
    concurrency: config.apiConcurrency,
    timeoutMs: config.apiTimeoutMs,
  });
  const budgetCalls = Math.max(1, Math.floor(config.apiRate * BUDGET_SECONDS));
  return { client, memory: createMemory(), limits: { bulkStopChunk: config.bulkStopChunk, budgetCalls } };
}

/** Handles the records of one batch within the given time. Rejects only for a fault of our own. */
export async function handleBatch(
  records: readonly SQSRecord[],
  time: CallOptions,
  { client, memory, limits }: BatchEnvironment,
): Promise<BatchReport> {
  const startedAt = Date.now();
  const attempts: Attempt[] = [];
  const decoded = decode(records, startedAt);
  const plan = planBatch(decoded.events, memory, limits);
  const { results, settled } = await runPlan(plan, {
    client,
    memory,
    budget: createBudget(limits.budgetCalls),
    bulkStopChunk: limits.bulkStopChunk,
    call: { ...time, onAttempt: (attempt: Attempt) => attempts.push(attempt) },
  });
  return {
    outcomes: settle(records.length, decoded, plan, results, settled),
    eventCount: decoded.events.length,
    attempts,
    oldestEventMs: decoded.events.reduce((oldest, { ageMs }) => Math.max(oldest, ageMs), 0),
    durationMs: Date.now() - startedAt,
  };
}
