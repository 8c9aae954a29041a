/** Publishing over the real SQS protocol. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishEvents } from '../../lib/sqs/publish.ts';
import { startSqs } from '../support/sqs.ts';

let sqs: Awaited<ReturnType<typeof startSqs>>;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(async () => {
  await sqs.stop();
});

const options = () => ({ client: sqs.client, queueUrl: sqs.queueUrl });

test('events arrive, and each has its message id', async () => {
  const events = Array.from({ length: 23 }, (_, index) => ({
    type: 'match.ended',
    data: { session_id: `s${index}` },
  }));
  const progress: number[] = [];
  const published = await publishEvents(events, { ...options(), onProgress: (n) => progress.push(n) });
  expect(published).toMatchObject({ sent: 23, failed: [] });
  expect(new Set(published.messageIds).size).toBe(23);
  expect(progress).toHaveLength(3);
  expect(progress.at(-1)).toBe(23);
});

test('an event that is too large is reported by its index, and the others arrive', async () => {
  const published = await publishEvents(['a', 'x'.repeat(1024 * 1024), 'b'], options());
  expect(published).toMatchObject({
    sent: 2,
    messageIds: [expect.any(String), undefined, expect.any(String)],
    failed: [{ index: 1, code: 'TOO_LARGE', senderFault: true }],
  });
});

test('a queue that does not exist fails every event, and throws nothing', async () => {
  const published = await publishEvents(['a', 'b'], { ...options(), queueUrl: `${sqs.queueUrl}-missing` });
  expect(published.sent).toBe(0);
  expect(published.failed).toMatchObject([
    { index: 0, code: 'NOT_SENT', senderFault: false },
    { index: 1, code: 'NOT_SENT', senderFault: false },
  ]);
});

test("an emoji in a user's data is no reason to refuse an event", async () => {
  const event = { type: 'user.left', data: { name: '\u{1f600}' } };
  expect(await publishEvents([event], options())).toMatchObject({ sent: 1, failed: [] });
});
