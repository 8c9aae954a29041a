/** Acknowledging over the real SQS protocol: what Lambda is answered, and what SQS is asked. */
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { acknowledge } from '../../lib/session-events/acknowledge.ts';
import type { Outcome } from '../../lib/session-events/types.ts';
import { sqsEvent, sqsRecord } from '../support/records.ts';
import { startSqs } from '../support/sqs.ts';

const RETRY: Outcome = { kind: 'retry', code: 'UNAVAILABLE', reason: 'The API answered 503.' };
const DEAD: Outcome = { kind: 'dead', code: 'INVALID_EVENT', reason: 'body: is not JSON' };

let sqs: Awaited<ReturnType<typeof startSqs>>;
let lines: string[];
beforeAll(async () => {
  sqs = await startSqs();
  for (const [name, value] of Object.entries(sqs.environment)) vi.stubEnv(name, value);
});
beforeEach(() => {
  lines = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  sqs.requests.length = 0;
  sqs.answerOnly(() => true);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await sqs.stop();
});

const queues = () => ({ eventsQueueUrl: sqs.queueUrl, deadLetterQueueUrl: sqs.deadLetterQueueUrl });
const records = (count: number) => sqsEvent(Array.from({ length: count }, (_, index) => `{${index}`)).Records;
const ids = ({ response }: Awaited<ReturnType<typeof acknowledge>>) =>
  response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
const logged = () => lines.map((line): Record<string, unknown> => JSON.parse(line));

function acknowledged(
  outcomes: readonly Outcome[],
  options: { signal?: AbortSignal; deadLetterQueueUrl?: string } = {},
) {
  const { signal = new AbortController().signal, ...urls } = options;
  return acknowledge(records(outcomes.length), outcomes, { ...queues(), ...urls }, signal);
}

test('what is done, gone, absorbed or ignored is acknowledged without a request to SQS', async () => {
  const outcomes: Outcome[] = [{ kind: 'done' }, { kind: 'gone' }, { kind: 'absorbed' }, { kind: 'ignored' }];
  expect(await acknowledged(outcomes)).toEqual({ outcomes, response: { batchItemFailures: [] } });
  expect(sqs.requests).toEqual([]);
});

test('what is to be tried again, or waits, goes back; a dead letter does not', async () => {
  const outcomes: Outcome[] = [RETRY, { kind: 'done' }, { kind: 'waiting' }, DEAD];
  const result = await acknowledged(outcomes);
  expect(ids(result)).toEqual(['m0', 'm2']);
  expect(result.outcomes).toEqual(outcomes);
  expect(sqs.messages('dead-letters').map(({ body }) => body)).toEqual(['{3']);
  expect(logged()).toContainEqual(
    expect.objectContaining({ message: 'dead letter', messageId: 'm3', code: 'INVALID_EVENT' }),
  );
});

test('a record without an outcome goes back', async () => {
  const result = await acknowledge(records(2), [{ kind: 'done' }], queues(), new AbortController().signal);
  expect(ids(result)).toEqual(['m1']);
});

test('a record that goes back is hidden for the back-off of its receive count', async () => {
  sqs.sqs.sendMessage('events', 'body');
  const received = await sqs.client.send(
    new ReceiveMessageCommand({ QueueUrl: sqs.queueUrl, VisibilityTimeout: 600 }),
  );
  const record = {
    ...sqsRecord('body', 'm0', { ApproximateReceiveCount: '1000' }),
    receiptHandle: received.Messages?.[0]?.ReceiptHandle ?? '',
  };
  await acknowledge([record], [{ kind: 'waiting' }], queues(), new AbortController().signal);
  const [hidden] = sqs.sqs.inspectQueue('events')?.messages.inflight ?? [];
  const seconds = ((hidden?.visibilityDeadline ?? 0) - Date.now()) / 1000;
  expect(seconds).toBeGreaterThan(150);
  expect(seconds).toBeLessThanOrEqual(300);
});

test('a visibility timeout that cannot be set is one line, and changes nothing in the answer', async () => {
  expect(ids(await acknowledged(Array(30).fill(RETRY)))).toHaveLength(30);
  expect(logged()).toMatchObject([{ level: 'ERROR', code: 'VISIBILITY_NOT_SET', events: 30 }]);
});

test('a dead-letter queue that does not exist: everything that is dead goes back, with the reason', async () => {
  const result = await acknowledged([DEAD, { kind: 'done' }, DEAD], {
    deadLetterQueueUrl: `${sqs.deadLetterQueueUrl}-missing`,
  });
  expect(ids(result)).toEqual(['m0', 'm2']);
  expect(result.outcomes[0]).toMatchObject({
    kind: 'retry',
    code: 'DEAD_LETTER_NOT_SENT',
    reason: expect.stringContaining('QueueDoesNotExist'),
  });
});

describe('many records', () => {
  test('dead letters and visibility timeouts are ten a request', async () => {
    const before = sqs.messages('dead-letters').length;
    expect(ids(await acknowledged(Array(1000).fill(DEAD)))).toEqual([]);
    // A request that a slow machine delays is sent again.
    expect(new Set(sqs.requests.map(({ entries }) => entries))).toEqual(new Set([10]));
    expect(sqs.requests.length).toBeLessThan(150);
    expect(sqs.messages('dead-letters').length).toBeGreaterThanOrEqual(before + 1000);
    sqs.requests.length = 0;
    expect(ids(await acknowledged(Array(1000).fill(RETRY)))).toHaveLength(1000);
    expect(sqs.requests.filter(({ entries }) => entries === 10).length).toBeGreaterThanOrEqual(100);
  });

  test('SQS that hangs: when the time is over, what is done is acknowledged, and what is not safe goes back', async () => {
    sqs.answerOnly((_, count) => count <= 3);
    const controller = new AbortController();
    const half: Outcome[] = Array.from({ length: 1000 }, (_, index) =>
      index % 2 === 0 ? DEAD : { kind: 'done' },
    );
    const acknowledging = acknowledged(half, { signal: controller.signal });
    // Three that are answered, and sixteen that are not.
    await expect.poll(() => sqs.requests.length).toBe(19);
    controller.abort(new Error('the time is over'));
    const result = await acknowledging;
    const safe = sqs.messages('dead-letters').slice(-30);
    expect(ids(result)).toHaveLength(500 - 30);
    expect(result.outcomes.filter(({ kind }) => kind === 'done')).toHaveLength(500);
    for (const { body } of safe) expect(ids(result)).not.toContain(`m${body.slice(1)}`);
    expect(sqs.requests).toHaveLength(19);
  });
});
