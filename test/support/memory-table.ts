/** The memory's table for tests: the embedded DynamoDB with the table of the stack, behind a proxy that can fail. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { awsRequest } from '../../lib/runtime/aws.ts';
import { createTables, localAws, readTables, startLocalDynamoDb } from '../../local/dynamodb.ts';
import table from '../../stack/table.cjs';

/** What the proxy does with a request instead of forwarding it and its answer. */
export type Fault =
  /** It is answered so, and not forwarded. */
  | { kind: 'answer'; status: number; body: unknown }
  /** The connection is closed, and the request is not forwarded. */
  | { kind: 'drop' }
  /** The connection is closed after DynamoDB carried the request out. */
  | { kind: 'lose' }
  /** It is forwarded late. */
  | { kind: 'delay'; ms: number };

/** Decides about one request; undefined: it is forwarded. `body` is parsed. */
export type FaultOf = (operation: string, body: object) => Fault | undefined;

/** The name of the table, as the stage `test` has it. */
export const TABLE = 'session-hooks-test-memory';

/** Starts all; `stop` ends all. */
export async function startMemoryTable() {
  const dynamoDb = await startLocalDynamoDb();
  const variables: Record<string, string> = { 'self:service': 'session-hooks', 'sls:stage': 'test' };
  const resources = await table.resources({ resolveVariable: async (name) => variables[name] });
  await createTables(dynamoDb.url, readTables(resources));

  const requests: string[] = [];
  let faultOf: FaultOf = () => undefined;
  const stopping = new AbortController();

  async function forward({ headers }: IncomingMessage, body: string) {
    const {
      'content-type': type = '',
      authorization = '',
      'x-amz-target': target,
      'x-amz-date': date,
    } = headers;
    const signed = {
      'content-type': type,
      authorization,
      'x-amz-target': `${target}`,
      'x-amz-date': `${date}`,
    };
    const answered = await fetch(dynamoDb.url, { method: 'POST', headers: signed, body });
    return { status: answered.status, text: await answered.text() };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const operation = String(request.headers['x-amz-target']).replace(/^.*\./, '');
    requests.push(operation);
    const fault = faultOf(operation, JSON.parse(body));
    if (fault?.kind === 'answer') {
      const answered = typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body);
      response.writeHead(fault.status).end(answered);
      return;
    }
    if (fault?.kind === 'delay') await sleep(fault.ms, undefined, { signal: stopping.signal, ref: false });
    const forwarded = fault?.kind === 'drop' ? undefined : await forward(request, body);
    if (forwarded === undefined || fault?.kind === 'lose') request.socket.destroy();
    else response.writeHead(forwarded.status).end(forwarded.text);
  }

  const proxy = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  const url = `http://127.0.0.1:${address.port}`;
  const aws = () => localAws(url);

  return {
    url,
    aws,
    /** The operations that arrived, in order. */
    requests,
    /** From now on this decides about each request. */
    fail(decide: FaultOf): void {
      faultOf = decide;
    },
    /** The table answers again, and nothing is counted yet. */
    reset(): void {
      faultOf = () => undefined;
      requests.length = 0;
    },
    /** Sends a request of its own, past the proxy. */
    request: (operation: string, body: object) =>
      awsRequest({
        service: 'dynamodb',
        target: `DynamoDB_20120810.${operation}`,
        version: '1.0',
        body: { TableName: TABLE, ...body },
        aws: () => localAws(dynamoDb.url),
        deadlineMs: Date.now() + 10_000,
      }),
    async stop(): Promise<void> {
      stopping.abort();
      proxy.close();
      proxy.closeAllConnections();
      await dynamoDb.stop();
    },
  };
}

/** The table of a test file. */
export type MemoryTable = Awaited<ReturnType<typeof startMemoryTable>>;
