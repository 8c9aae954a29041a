/** The rate as the API sees it: what arrives at a real server, in any 1,000 ms. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createSessionsClient } from '../../lib/edgegap/client.ts';
import { atEnd, withoutBackOff } from './scripted.ts';

function portOf(server: { address(): ReturnType<import('node:net').Server['address']> }): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Answers after `latencyMs`, with `statuses` in turn, and keeps when requests arrived. */
async function startApi(latencyMs: (arrived: number) => number, statuses: readonly number[] = [200]) {
  const arrivals: number[] = [];
  const server = createServer((request, response) => {
    arrivals.push(performance.now());
    const status = statuses[(arrivals.length - 1) % statuses.length] ?? 200;
    request.resume();
    setTimeout(() => {
      response.writeHead(status, status === 429 ? { 'retry-after': '1' } : {});
      response.end('{}');
    }, latencyMs(arrivals.length));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { port: portOf(server), arrivals };
}

/** A way to the API on which each connection takes 300 ms to be set up, as TLS over a long distance does. */
async function startSlowWay(port: number) {
  const server = createTcpServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) socket.on('error', () => {});
    setTimeout(() => near.pipe(far).pipe(near), 300);
    near.on('close', () => far.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    server.close();
  });
  return portOf(server);
}

const clientOf = (port: number, rate: number, concurrency = 20) =>
  createSessionsClient({
    baseUrl: `http://127.0.0.1:${port}`,
    apiKey: () => 'a-key',
    rate,
    concurrency,
    timeoutMs: 5000,
  });

/** The most arrivals in any 1,000 ms. */
function busiest(arrivals: readonly number[]): number {
  return Math.max(...arrivals.map((from) => arrivals.filter((at) => at >= from && at < from + 1000).length));
}

describe('in no second more requests arrive than the rate', () => {
  test('from the start, at 4, 8, 10 and 2.5 a second', async () => {
    const rates = [4, 8, 10, 2.5];
    const most = rates.map(async (rate) => {
      const api = await startApi(() => 5);
      const client = clientOf(await startSlowWay(api.port), rate);
      await Promise.all(Array.from({ length: Math.floor(rate * 2.5) }, () => client.sessionDelete('a')));
      return busiest(api.arrivals);
    });
    for (const [index, arrived] of (await Promise.all(most)).entries())
      expect(arrived).toBeLessThanOrEqual(rates[index] ?? 0);
  });

  test('where answers take longer and shorter', async () => {
    const api = await startApi((arrived) => (arrived * 137) % 400);
    const client = clientOf(api.port, 6);
    await Promise.all(Array.from({ length: 16 }, () => client.sessionDelete('a')));
    expect(busiest(api.arrivals)).toBeLessThanOrEqual(6);
  });

  test('repeated ones counted, and after a pause', async () => {
    withoutBackOff();
    const api = await startApi(() => 5, [503, 200, 429, 200, 200, 200]);
    const client = clientOf(await startSlowWay(api.port), 5);
    const call = { deadline: Date.now() + 30_000 };
    await Promise.all(Array.from({ length: 8 }, () => client.sessionDelete('a', call)));
    expect(api.arrivals.length).toBeGreaterThan(8);
    expect(busiest(api.arrivals)).toBeLessThanOrEqual(5);
  });
});

test('a rate below one spaces the requests', async () => {
  const api = await startApi(() => 1);
  const client = clientOf(api.port, 0.8);
  await Promise.all([client.sessionDelete('a'), client.sessionDelete('b')]);
  const [first = 0, second = 0] = api.arrivals;
  expect(second - first).toBeGreaterThanOrEqual(1250);
});

test('no more are in flight than the concurrency', async () => {
  let most = 0;
  let now = 0;
  const server = createServer((request, response) => {
    now += 1;
    most = Math.max(most, now);
    request.resume();
    setTimeout(() => {
      now -= 1;
      response.end('{}');
    }, 20);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  const client = clientOf(portOf(server), 1000, 3);
  await Promise.all(Array.from({ length: 30 }, () => client.sessionDelete('a')));
  expect(most).toBe(3);
});
