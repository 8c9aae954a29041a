/** The embedded SQS behind a proxy that counts what it is asked, takes its time, and can stop answering. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import * as z from 'zod/mini';

const batch = z.object({ Entries: z.optional(z.array(z.unknown())) });
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** One request that arrived: its operation, such as `SendMessageBatch`, and its number of entries. */
export interface SqsRequest {
  operation: string;
  entries: number;
}

/**
 * Starts it with the queues `events` and `dead-letters`.
 * @param options.latencyMs how long every answer takes.
 */
export async function startSqs({ latencyMs = 0 }: { latencyMs?: number } = {}) {
  const sqs = await startFauxqs({ port: 0, logger: false });
  sqs.createQueue('events');
  sqs.createQueue('dead-letters');
  const requests: SqsRequest[] = [];
  let answers: (operation: string, count: number) => boolean = () => true;
  let open = 0;
  let mostOpen = 0;

  const proxy = createServer(async (request, response) => {
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    response.once('close', () => {
      open -= 1;
    });
    const body = Buffer.concat(await Array.fromAsync(request)).toString();
    const target = String(request.headers['x-amz-target']);
    const operation = target.replace('AmazonSQS.', '');
    requests.push({ operation, entries: batch.parse(JSON.parse(body)).Entries?.length ?? 0 });
    if (!answers(operation, requests.length)) return;
    if (latencyMs > 0) await sleep(latencyMs);
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
    const answer = await fetch(`http://127.0.0.1:${sqs.port}`, { method: 'POST', headers, body });
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(await answer.text());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const client = new SQSClient({ endpoint, region: 'us-east-1', credentials });
  const url = (queue: string) => `${endpoint}/000000000000/${queue}`;

  return {
    sqs,
    client,
    endpoint,
    queueUrl: url('events'),
    deadLetterQueueUrl: url('dead-letters'),
    /** The variables that point a function at it. */
    environment: {
      EVENTS_QUEUE_URL: url('events'),
      DEAD_LETTER_QUEUE_URL: url('dead-letters'),
      AWS_ENDPOINT_URL_SQS: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    requests,
    /** The most requests that were open at once. */
    mostOpen: () => mostOpen,
    /** Decides by the operation, and by the number of requests so far, which requests are answered. The others hang. */
    answerOnly(decide: (operation: string, count: number) => boolean): void {
      answers = decide;
    },
    /** The visible messages of a queue, the oldest first. */
    messages: (queue: string) => sqs.inspectQueue(queue)?.messages.ready ?? [],
    async stop(): Promise<void> {
      client.destroy();
      proxy.closeAllConnections();
      proxy.close();
      await sqs.stop();
    },
  };
}
