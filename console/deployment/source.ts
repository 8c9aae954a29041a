/** The console of a deployment: where it finds what it shows. */
import { createSessionsClient } from '../../lib/edgegap/client.ts';
import { readApiConfig } from '../../lib/edgegap/config.ts';
import { readMemoryConfig } from '../../lib/memory/config.ts';
import { openMemory } from '../../lib/memory/memory.ts';
import type { Environment } from '../../lib/runtime/environment.ts';
import { createSecretReader } from '../../lib/runtime/secrets.ts';
import { readSweepConfig } from '../../lib/sweep/config.ts';
import type { ConsoleSource } from '../source.ts';
import type { Aws } from './aws.ts';
import { type DeployedFunction, readFunction } from './functions.ts';
import { followLogs } from './log-lines.ts';
import { readMetrics } from './metrics.ts';

const WINDOW_MINUTES = 180;
/** Each look at the queues is two requests, which cost money. */
const POLL_MS = 5000;
/** Calls a second: the rate of the organisation belongs to the functions. */
const API_RATE = 1;
const API_CONCURRENCY = 1;

/** Returns what a console of this stage reads. @throws Error when the deployment cannot be read. */
export async function deploymentSource(aws: Aws, stage: string): Promise<ConsoleSource> {
  const [events, sweep] = await Promise.all([
    readFunction(aws, stage, 'session-events'),
    readFunction(aws, stage, 'stale-sessions'),
  ]);
  const config = readApiConfig(events.env);
  const client = createSessionsClient({
    baseUrl: config.apiUrl,
    apiKey: createSecretReader({ variable: 'SESSIONS_API_KEY', value: config.apiKey, aws: aws.config }),
    rate: API_RATE,
    concurrency: API_CONCURRENCY,
    timeoutMs: config.apiTimeoutMs,
  });
  const name = `session-hooks ${stage}, ${aws.region}`;
  return {
    about: { kind: 'deployment', name, apiUrl: config.apiUrl, windowMinutes: WINDOW_MINUTES },
    client,
    apiRate: API_RATE,
    ...queuesOf(aws, events),
    memory: openMemory(readMemoryConfig(events.env), aws.config),
    sweep: readSweepConfig(sweep.env),
    readLines: (onLine, signal) => {
      const sinceMs = Date.now() - WINDOW_MINUTES * 60_000;
      void followLogs(aws, [events.logGroup, sweep.logGroup], { sinceMs, onLine, signal });
    },
    pollMs: POLL_MS,
    readPoints: () => readMetrics(aws, metricNames(events), WINDOW_MINUTES),
  };
}

function queuesOf(
  { sqs: client }: Aws,
  { env }: DeployedFunction,
): Pick<ConsoleSource, 'events' | 'deadLetters'> {
  return {
    events: { client, url: variable(env, 'EVENTS_QUEUE_URL') },
    deadLetters: { client, url: variable(env, 'DEAD_LETTER_QUEUE_URL') },
  };
}

function metricNames({ name, env }: DeployedFunction) {
  const lastPart = (url: string): string => url.split('/').at(-1) ?? '';
  return {
    functionName: name,
    queueName: lastPart(variable(env, 'EVENTS_QUEUE_URL')),
    deadLetterQueueName: lastPart(variable(env, 'DEAD_LETTER_QUEUE_URL')),
  };
}

function variable(env: Environment, name: string): string {
  const value = env[name];
  if (value === undefined) throw new Error(`The function session-events has no variable ${name}.`);
  return value;
}
