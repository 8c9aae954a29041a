/** A batch from end to end: decode, recall, plan, run, settle. */
import type { SQSRecord } from 'aws-lambda';
import type { Attempt, SessionsClient } from '../edgegap/client.ts';
import { createSessionsClient } from '../edgegap/client.ts';
import type { ApiConfig } from '../edgegap/config.ts';
import type { MemoryConfig } from '../memory/config.ts';
import { type Memory, openMemory } from '../memory/memory.ts';
import type { InvocationTime } from '../runtime/invocation-time.ts';
import type { SecretReader } from '../runtime/secrets.ts';
import { createBudget } from './budget.ts';
import type { BatchConfig } from './config.ts';
import { decode } from './decode.ts';
import type * as Later from './later.ts';
import { planBatch } from './plan.ts';
import { recallFor, viewOf } from './recall.ts';
import { runPlan } from './run.ts';
import { createSessionFacts, type SessionFacts } from './session-facts.ts';
import { settle } from './settle.ts';
import type { Outcome, PlanLimits, PlannedEvent } from './types.ts';

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
  /** Why the memory's table did not answer, where it did not. */
  memoryFailure: string | undefined;
  /** Age of the oldest event in milliseconds; 0 without events. */
  oldestEventMs: number;
  durationMs: number;
}

/** What outlives a batch: the client, the memory, what was learnt about sessions, and what a batch may spend. */
export interface BatchEnvironment {
  client: SessionsClient;
  memory: Memory;
  /** Whether all environments have this memory. */
  isShared: boolean;
  facts: SessionFacts;
  limits: PlanLimits;
}

/** The environment that a configuration describes. */
export function createBatchEnvironment(
  config: ApiConfig & BatchConfig & { memory: MemoryConfig },
  apiKey: SecretReader,
): BatchEnvironment {
  const { bulkStopChunk, graceMs } = config;
  const client = createSessionsClient({
    baseUrl: config.apiUrl,
    apiKey,
    rate: config.apiRate,
    concurrency: config.apiConcurrency,
    timeoutMs: config.apiTimeoutMs,
  });
  const budgetCalls = Math.max(1, Math.floor(config.apiRate * BUDGET_SECONDS));
  return {
    client,
    memory: openMemory(config.memory),
    isShared: config.memory.table !== undefined,
    facts: createSessionFacts(),
    limits: { bulkStopChunk, budgetCalls, graceMs },
  };
}

/** Handles the records of one batch within the given time. Rejects only for a fault of our own. */
export async function handleBatch(
  records: readonly SQSRecord[],
  time: InvocationTime,
  { client, memory, isShared, facts, limits }: BatchEnvironment,
): Promise<BatchReport> {
  const startedAt = Date.now();
  const attempts: Attempt[] = [];
  const decoded = decode(records, startedAt);
  const deployments = await loadFor(decoded.events);
  const shared = isShared ? memory : undefined;
  const reported = await deployments?.resolveUserCounts(decoded.events, shared, time.signal);
  const { events } = reported ?? decoded;
  // A cold start loads the audit while it waits for the memory.
  const [recalled, { createAudit, reasonsOf }] = await Promise.all([
    recallFor(events, memory, time.signal),
    import('./audit.ts'),
  ]);
  const view = viewOf(recalled, memory, startedAt);
  const stops = deployments?.planStops(events, view, limits.bulkStopChunk);
  const plan = planBatch(events, view, limits, stops);
  const call = { ...time, onAttempt: (attempt: Attempt) => attempts.push(attempt) };
  const reasonOf = reasonsOf(decoded.events, records);
  const audit = createAudit(client, call, reasonOf);
  const run = await runPlan(plan, {
    client,
    audit,
    memory,
    facts,
    unavailable: recalled.unavailable,
    budget: createBudget(limits.budgetCalls),
    later,
    isStopped: view.isStopped,
    bulkStopChunk: limits.bulkStopChunk,
    causeOf: reasonOf,
    call,
  });
  const { results, memoryFailure } = run;
  const settled = [...(reported?.settled ?? []), ...run.settled];
  audit.uncalled({ events: decoded.events, plan, results, settled });
  return {
    outcomes: settle(records.length, decoded, plan, results, settled),
    eventCount: decoded.events.length,
    attempts,
    memoryFailure: memoryFailure?.message,
    oldestEventMs: decoded.events.reduce((oldest, { ageMs }) => Math.max(oldest, ageMs), 0),
    durationMs: Date.now() - startedAt,
  };
}

const later = () => import('./later.ts');

/** Loads what deals with deployments, where an event is about one. */
async function loadFor(events: readonly PlannedEvent[]): Promise<typeof Later | undefined> {
  const isAboutOne = ({ ask: { kind } }: PlannedEvent): boolean =>
    kind === 'stopDeployments' || kind === 'countUsers';
  return events.some(isAboutOne) ? await later() : undefined;
}
