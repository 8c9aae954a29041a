/** The guard of the local stage's ports: every HTTP server is behind it, and programs notice nothing. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { guard } from '../../local/guard.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

/** Starts a guarded server. Returns how it answers a request with a body, and the headers it lets a page read. */
async function start() {
  const server = createServer((incoming, response) => {
    incoming.resume();
    response.setHeader('access-control-allow-origin', incoming.headers.origin ?? '').end();
  });
  guard(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return async (headers: Record<string, string>, method = 'POST', body = '{}') => {
    const own = Object.entries(headers).map(([name, value]) => [name, value.replace('PORT', `${port}`)]);
    const sent = request({ host: '127.0.0.1', port, method, headers: Object.fromEntries(own) }).end(body);
    const [response]: IncomingMessage[] = await once(sent, 'response');
    response?.resume();
    return response?.statusCode;
  };
}

test.each([
  ['127.0.0.1', { ...JSON_TYPE, host: '127.0.0.1:PORT' }],
  ['localhost', { ...JSON_TYPE, host: 'localhost:PORT' }],
  ['::1', { ...JSON_TYPE, host: '[::1]:PORT' }],
  ['a page of this machine', { ...JSON_TYPE, origin: 'http://localhost:3000' }],
  ['a CloudEvent', { 'content-type': 'application/cloudevents+json; charset=utf-8' }],
  ["AWS' JSON protocols", { 'content-type': 'application/x-amz-json-1.0' }],
  [
    "AWS' signed query protocol",
    { 'content-type': 'application/x-www-form-urlencoded', authorization: 'AWS4' },
  ],
])('%s is let through', async (_, headers) => {
  const send = await start();
  expect(await send(headers)).toBe(200);
});

test.each([
  ['another host', { ...JSON_TYPE, host: 'rebound.example' }, 403],
  ['another host with this port', { ...JSON_TYPE, host: 'rebound.example:PORT' }, 403],
  ['another port', { ...JSON_TYPE, host: '127.0.0.1:1' }, 403],
  ['a page of another host', { ...JSON_TYPE, origin: 'https://example.com' }, 403],
  ['a page of another host that is signed', { authorization: 'x', origin: 'https://example.com' }, 403],
  ['a page of a host that begins alike', { ...JSON_TYPE, origin: 'http://localhost.example.com' }, 403],
  ['a page without an origin', { ...JSON_TYPE, origin: 'null' }, 403],
  ['text', { 'content-type': 'text/plain' }, 415],
  ['text that names JSON', { 'content-type': 'text/plain; a=application/json' }, 415],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ['a body without a type', {}, 415],
  ['a body of unknown length', { 'transfer-encoding': 'chunked' }, 415],
])('%s is refused', async (_, headers: Record<string, string>, status) => {
  const send = await start();
  expect(await send(headers)).toBe(status);
});

test('without a body the type does not matter, and the host does', async () => {
  const send = await start();
  expect(await send({}, 'GET', '')).toBe(200);
  expect(await send({ host: 'rebound.example' }, 'GET', '')).toBe(403);
});

test('a preflight request of another origin is refused', async () => {
  const send = await start();
  const asked = { origin: 'https://example.com', 'access-control-request-method': 'PUT' };
  expect(await send(asked, 'OPTIONS', '')).toBe(403);
});
