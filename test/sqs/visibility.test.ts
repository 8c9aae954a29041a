/** Visibility timeouts over the real SQS protocol. */
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeVisibility } from '../../lib/sqs/visibility.ts';
import { startSqs } from '../support/sqs.ts';

let sqs: Awaited<ReturnType<typeof startSqs>>;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(async () => {
  await sqs.stop();
});

async function received(): Promise<string[]> {
  const receive = new ReceiveMessageCommand({ QueueUrl: sqs.queueUrl, MaxNumberOfMessages: 10 });
  const { Messages = [] } = await sqs.client.send(receive);
  return Messages.map(({ ReceiptHandle = '' }) => ReceiptHandle);
}

test('messages become visible again at once, or stay hidden for their time, ten a request', async () => {
  for (let index = 0; index < 12; index += 1) sqs.sqs.sendMessage('events', `${index}`);
  const handles = [...(await received()), ...(await received())];
  const before = sqs.requests.length;
  const changes = handles.map((receiptHandle, index) => ({ receiptHandle, seconds: index < 11 ? 0 : 600 }));
  expect(await changeVisibility(changes, { client: sqs.client, queueUrl: sqs.queueUrl })).toEqual([]);
  expect(sqs.requests.slice(before).map(({ entries }) => entries)).toEqual([10, 2]);
  expect(sqs.messages('events')).toHaveLength(11);
  const [hidden] = sqs.sqs.inspectQueue('events')?.messages.inflight ?? [];
  expect(hidden?.visibilityDeadline).toBeGreaterThan(Date.now() + 500_000);
});

test('what cannot be changed is reported, and throws nothing', async () => {
  const changes = [{ receiptHandle: 'nowhere', seconds: 0 }];
  const failures = await changeVisibility(changes, { client: sqs.client, queueUrl: sqs.queueUrl });
  expect(failures).toMatchObject([{ message: expect.stringContaining('ReceiptHandleIsInvalid') }]);
});
