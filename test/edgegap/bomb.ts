/**
 * Run in a process of its own by answers.test.ts: asks an API whose answer is 2 GB of zeros, compressed to 2
 * MB. Prints the code of the error and how much the process grew.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { createSessionsClient } from '../../lib/edgegap/client.ts';
import { isSessionsApiError } from '../../lib/edgegap/errors.ts';

/** Members of a gzip file may follow each other (RFC 1952, section 2.2). */
const member = gzipSync(Buffer.alloc(64 * 1024 * 1024));
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' });
  for (let index = 0; index < 32; index += 1) response.write(member);
  response.end();
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
const client = createSessionsClient({
  baseUrl: `http://127.0.0.1:${port}`,
  apiKey: () => 'a-key',
  rate: 100,
  concurrency: 1,
  timeoutMs: 60_000,
});

const beforeKb = process.resourceUsage().maxRSS;
const error: unknown = await client
  .getSession('a', { deadline: Date.now() + 100 })
  .catch((reason: unknown) => reason);
const grewByMb = Math.round((process.resourceUsage().maxRSS - beforeKb) / 1024);
console.log(JSON.stringify({ code: isSessionsApiError(error) ? error.code : String(error), grewByMb }));
server.closeAllConnections();
server.close();
