/** The console of the local stage: where it finds what it shows. */
import { PurgeQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { stormEvents, stormSessions } from '../cli/storm.ts';
import type { ConsoleSource, OnLine, Sandbox } from '../console/source.ts';
import { createSessionsClient } from '../lib/edgegap/client.ts';
import { readMemoryConfig } from '../lib/memory/config.ts';
import { type Memory, openMemory } from '../lib/memory/memory.ts';
import type { Environment } from '../lib/runtime/environment.ts';
import { createSecretReader } from '../lib/runtime/secrets.ts';
import { publishEvents } from '../lib/sqs/publish.ts';
import { readSweepConfig } from '../lib/sweep/config.ts';
import { type LocalStage, SANDBOX_API_KEY } from '../local-addresses.ts';
import { emptyTables, type LocalTable, localAws } from './dynamodb.ts';
import type { LocalQueue } from './queues.ts';

/** The lines that the functions write. */
export interface LineFeed {
  push(line: string): void;
  /** Hands on the lines from now on, until the signal aborts. */
  read(onLine: OnLine, signal: AbortSignal): void;
}

/** What of the running stage the console shows. */
export interface LocalParts {
  stage: LocalStage;
  queues: readonly LocalQueue[];
  sqs: SQSClient;
  tables: readonly LocalTable[];
  dynamoDbUrl: string;
  feed: LineFeed;
  /** The variables of the functions. */
  env: Environment;
}

/** A page that lists sessions must leave the sandbox's rate to the functions. */
const API_RATE = 3;
const API_CONCURRENCY = 2;
const API_TIMEOUT_MS = 5000;
const POLL_MS = 1000;

/** Returns a feed that nobody reads yet. */
export function createLineFeed(): LineFeed {
  const readers = new Set<OnLine>();
  return {
    push: (line) => {
      for (const onLine of readers) onLine(line);
    },
    read: (onLine, signal) => {
      readers.add(onLine);
      signal.addEventListener('abort', () => readers.delete(onLine), { once: true });
    },
  };
}

/** Returns what a console of this stage reads. */
export function localSource(parts: LocalParts): ConsoleSource {
  const { stage, sqs, dynamoDbUrl, feed, env } = parts;
  const memory = localMemory(parts);
  const client = createSessionsClient({
    baseUrl: stage.sandboxUrl,
    apiKey: createSecretReader({
      variable: 'SESSIONS_API_KEY',
      value: SANDBOX_API_KEY,
      aws: () => localAws(dynamoDbUrl),
    }),
    rate: API_RATE,
    concurrency: API_CONCURRENCY,
    timeoutMs: API_TIMEOUT_MS,
  });
  return {
    about: { kind: 'local', name: 'local stage', apiUrl: stage.sandboxUrl, windowMinutes: 30 },
    client,
    apiRate: API_RATE,
    events: { client: sqs, url: stage.eventsQueueUrl },
    deadLetters: { client: sqs, url: stage.deadLetterQueueUrl },
    memory,
    sweep: readSweepConfig(env),
    readLines: feed.read,
    pollMs: POLL_MS,
    sandbox: sandboxOf(parts, memory.forget),
  };
}

/** What was read of the memory is remembered: after a reset it is opened anew. */
function localMemory({ dynamoDbUrl, env }: LocalParts) {
  const open = (): Memory => openMemory(readMemoryConfig(env), () => localAws(dynamoDbUrl));
  let memory = open();
  return {
    why: (...given: Parameters<Memory['why']>) => memory.why(...given),
    recall: (...given: Parameters<Memory['recall']>) => memory.recall(...given),
    rememberDeleted: (...given: Parameters<Memory['rememberDeleted']>) => memory.rememberDeleted(...given),
    rememberStopped: (...given: Parameters<Memory['rememberStopped']>) => memory.rememberStopped(...given),
    forget: (): void => {
      memory = open();
    },
  };
}

function sandboxOf(parts: LocalParts, forget: () => void): Sandbox {
  const { stage, queues, sqs, tables, dynamoDbUrl } = parts;
  return {
    url: stage.sandboxUrl,
    async storm(matches, onSent) {
      const seed = Date.now() % 100_000;
      const events = stormEvents(matches, { seed, shuffle: false });
      await control(stage.sandboxUrl, 'sessions', stormSessions(matches, seed));
      await publishEvents(events, {
        client: sqs,
        queueUrl: stage.eventsQueueUrl,
        onProgress: (sent) => onSent(sent, events.length),
      });
    },
    async reset() {
      for (const { url } of queues) await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
      await control(stage.sandboxUrl, 'reset', { to: 'evening' });
      await emptyTables(dynamoDbUrl, tables);
      forget();
    },
  };
}

/** One of the sandbox's own routes. @throws Error with its answer. */
async function control(sandboxUrl: string, route: string, body: unknown): Promise<void> {
  const answer = await fetch(`${sandboxUrl}/_sandbox/${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`The sandbox answered ${answer.status}: ${await answer.text()}`);
}
