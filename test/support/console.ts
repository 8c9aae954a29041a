/** A console for tests: the real server, on a sandbox and queues of the test's own. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'vitest';
import { startConsole } from '../../console/server.ts';
import type { ConsoleSource } from '../../console/source.ts';
import { createSessionsClient } from '../../lib/edgegap/client.ts';
import { openMemory } from '../../lib/memory/memory.ts';
import type { Tombstone } from '../../lib/memory/types.ts';
import { parseJson } from '../../lib/runtime/json.ts';
import { createSecretReader } from '../../lib/runtime/secrets.ts';
import { readSweepConfig } from '../../lib/sweep/config.ts';
import { createLineFeed } from '../../local/console.ts';
import { localAws } from '../../local/dynamodb.ts';
import { startSandbox } from '../../local/sandbox/index.ts';
import { startSqs } from './sqs.ts';

/** What a console answered. */
export interface Answered {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** Undefined where the text is not JSON. */
  body: unknown;
}

/** Starts all; the end of the test ends all. @param options.deleted what the memory knows */
export async function startTestConsole(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  options: { readOnly?: boolean; deleted?: Record<string, Tombstone>; source?: Partial<ConsoleSource> } = {},
) {
  const sandbox = await startSandbox({ rate: Number.POSITIVE_INFINITY, kind: true });
  const sqs = await startSqs();
  const feed = createLineFeed();
  const memory = openMemory({ table: undefined, days: 15 });
  const apiKey = createSecretReader({
    variable: 'SESSIONS_API_KEY',
    value: 'sandbox-key',
    aws: () => localAws('http://127.0.0.1:1'),
  });
  const source: ConsoleSource = {
    about: { kind: 'local', name: 'a test', apiUrl: sandbox.url, windowMinutes: 30 },
    client: createSessionsClient({
      baseUrl: sandbox.url,
      apiKey,
      rate: 1000,
      concurrency: 4,
      timeoutMs: 5000,
    }),
    apiRate: 1000,
    events: { client: sqs.client, url: sqs.queueUrl },
    deadLetters: { client: sqs.client, url: sqs.deadLetterQueueUrl },
    memory: {
      ...memory,
      why: async (id, signal) => options.deleted?.[id] ?? (await memory.why(id, signal)),
    },
    sweep: readSweepConfig({ SWEEP_MODE: 'stop' }),
    readLines: feed.read,
    pollMs: 1000,
    sandbox: { url: sandbox.url, storm: async () => undefined, reset: async () => undefined },
    ...options.source,
  };
  const served = await startConsole({ source, readOnly: options.readOnly ?? false });
  onTestFinished(async () => {
    await served.stop();
    await Promise.all([sandbox.stop(), sqs.stop()]);
  });
  const { origin, port, hash } = new URL(served.url);
  const own = { authorization: `Bearer ${hash.slice(1)}`, 'content-type': 'application/json' };

  /** Sends a request as it is: fetch would not let a test choose the `Host`. */
  async function ask(
    method: string,
    path: string,
    { headers = own, body }: { headers?: Record<string, string>; body?: unknown } = {},
  ): Promise<Answered> {
    const content = body === undefined ? '' : JSON.stringify(body);
    const length = content === '' ? {} : { 'content-length': String(Buffer.byteLength(content)) };
    const sent = request({ hostname: '127.0.0.1', port, path, method, headers: { ...headers, ...length } });
    sent.end(content);
    const { promise, resolve, reject } = Promise.withResolvers<Answered>();
    sent.once('error', reject).once('response', async (answer) => {
      const received = await text(answer);
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        text: received,
        body: parseJson(received),
      });
    });
    return await promise;
  }

  return { ...served, origin, sandbox, sqs, feed, ask, own };
}

/** The log line of a batch. */
export function batchLine(requestId: string, counts: Record<string, number> = {}, at = Date.now()): string {
  const none = { done: 0, gone: 0, absorbed: 0, waiting: 0, retried: 0, dead: 0 };
  return JSON.stringify({
    timestamp: new Date(at).toISOString(),
    level: 'INFO',
    message: 'batch',
    records: 11,
    calls: 1,
    callsSaved: 10,
    ...none,
    ...counts,
    durationMs: 12,
    requestId,
  });
}

/** An audit line. */
export function auditLine(requestId: string, members: object): string {
  const line = { timestamp: new Date().toISOString(), level: 'INFO', message: 'audit', requestId };
  return JSON.stringify({ ...line, targets: [], events: [], by: [], outcome: 'done', ...members });
}
