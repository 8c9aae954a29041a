/** Publishing over the real SQS protocol. */
import { createHash } from 'node:crypto';
import { SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chunkEntries, publishEvents } from '../../lib/sqs/publish.ts';
import { startScriptedApi } from '../support/scripted-api.ts';

let sqs: Awaited<ReturnType<typeof startFauxqs>>;
let client: SQSClient;
beforeAll(async () => {
  sqs = await startFauxqs({ port: 0, logger: false });
  sqs.createQueue('events');
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new SQSClient({ endpoint: `http://127.0.0.1:${sqs.port}`, region: 'us-east-1', credentials });
});
afterAll(async () => {
  client.destroy();
  await sqs.stop();
});

const md5 = (body: string) => createHash('md5').update(body).digest('hex');
const queueUrl = () => `http://127.0.0.1:${sqs.port}/000000000000/events`;

test('events arrive, and each has its message id', async () => {
  const events = Array.from({ length: 23 }, (_, index) => ({
    type: 'match.ended',
    data: { session_id: `s${index}` },
  }));
  const progress: number[] = [];
  const published = await publishEvents(events, {
    client,
    queueUrl: queueUrl(),
    onProgress: (n) => progress.push(n),
  });
  expect(published).toMatchObject({ sent: 23, failed: [] });
  expect(new Set(published.messageIds).size).toBe(23);
  expect(progress.at(-1)).toBe(23);
});

test('an event that is too large is reported by its index, and the others arrive', async () => {
  const published = await publishEvents(['a', 'x'.repeat(1024 * 1024), 'b'], {
    client,
    queueUrl: queueUrl(),
  });
  expect(published).toMatchObject({ sent: 2, failed: [{ index: 1, code: 'TOO_LARGE' }] });
});

test('a queue that is not there fails every event, and throws nothing', async () => {
  const published = await publishEvents(['a', 'b'], { client, queueUrl: `${queueUrl()}-missing` });
  expect(published.sent).toBe(0);
  expect(published.failed.map(({ index }) => index)).toEqual([0, 1]);
});

test('a batch has at most ten entries and 1 MiB, and keeps their order', () => {
  const sizes = fc.array(fc.oneof(fc.nat(2000), fc.nat(1_200_000)), { maxLength: 60 });
  fc.assert(
    fc.property(sizes, (lengths) => {
      const entries = lengths.map((length, index) => ({ index, body: 'ü'.repeat(length / 2) }));
      const { chunks, tooLarge } = chunkEntries(entries);
      for (const chunk of chunks) {
        expect(chunk.length).toBeLessThanOrEqual(10);
        const bytes = chunk.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
        expect(bytes).toBeLessThanOrEqual(1_048_576);
      }
      expect([...chunks.flat(), ...tooLarge].toSorted((a, b) => a.index - b.index)).toEqual(entries);
    }),
    { numRuns: 30 },
  );
});

test('what SQS refuses is sent again, and what it says nothing about is not lost', async () => {
  const api = await startScriptedApi([
    {
      status: 200,
      body: {
        Successful: [{ Id: '0', MessageId: 'id-0', MD5OfMessageBody: md5('"a"') }],
        Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false }],
      },
    },
    {
      status: 200,
      body: {
        Successful: [{ Id: '1', MessageId: 'id-1', MD5OfMessageBody: md5('"b"') }],
        Failed: [{ Id: '2', Code: 'InvalidMessageContents', Message: 'no', SenderFault: true }],
      },
    },
  ]);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const scripted = new SQSClient({ endpoint: api.url, region: 'us-east-1', credentials });
  const published = await publishEvents(['a', 'b', 'c'], { client: scripted, queueUrl: `${api.url}/1/q` });
  expect(published).toEqual({
    sent: 2,
    messageIds: ['id-0', 'id-1', undefined],
    failed: [{ index: 2, code: 'InvalidMessageContents', message: 'no' }],
  });
  expect(api.seen).toHaveLength(2);
  scripted.destroy();
  await api.stop();
});
