/**
 * Run in a process of its own by leaks.test.ts: calls (10,000 of them by default) over one signal that lives as long as an
 * invocation. Prints what is left after a collection, before and after them.
 */
import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:http';
import { queryObjects } from 'node:v8';
import { createSessionsClient } from '../../lib/edgegap/client.ts';

const WARM_UP = 1000;
const CALLS = Number(process.argv[2] ?? 10_000);
const AT_ONCE = 50;

const server = createServer((request, response) => {
  request.resume();
  response.end('{"message":"deleted","session_id":"a"}');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;

const clientWith = (rate: number) =>
  createSessionsClient({
    baseUrl: `http://127.0.0.1:${port}`,
    apiKey: () => 'a-key',
    rate,
    concurrency: AT_ONCE,
    timeoutMs: 60_000,
  });
const client = clientWith(Number.POSITIVE_INFINITY);
const invocation = new AbortController();

async function calls(count: number): Promise<void> {
  const left = Array.from({ length: count }).values();
  const worker = async () => {
    for (const _ of left) await client.sessionDelete('a', { signal: invocation.signal });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Calls that wait for their turn when they are aborted. */
async function abortedCalls(): Promise<void> {
  const slow = clientWith(0.1);
  await slow.sessionDelete('a');
  const abort = new AbortController();
  const waiting = Array.from({ length: 10 }, () => slow.sessionDelete('a', { signal: abort.signal }));
  await new Promise((resolve) => setImmediate(resolve));
  abort.abort();
  await Promise.allSettled(waiting);
}

/**
 * `queryObjects` collects before it counts. Some signals are released by finalizers, which run in later
 * turns.
 */
async function kept() {
  for (let turn = 0; turn < 5; turn += 1) {
    queryObjects(AbortSignal, { format: 'count' });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    signals: queryObjects(AbortSignal, { format: 'count' }),
    listeners: getEventListeners(invocation.signal, 'abort').length,
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
    heapBytes: process.memoryUsage().heapUsed,
  };
}

await calls(WARM_UP);
const before = await kept();
await calls(CALLS);
await abortedCalls();
const after = await kept();
console.log(JSON.stringify({ before, after }));
server.closeAllConnections();
server.close();
