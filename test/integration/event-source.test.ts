/** The event source against real SQS protocol: it settles batches by Lambda's rules. */
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EventSource, type EventSourceOptions, startEventSource } from '../../local/event-source.ts';
import { createQueues, type LocalQueue, readQueues } from '../../local/queues.ts';
import { type LocalSqs, startLocalSqs } from '../../local/sqs-server.ts';

type Invoke = (event: SQSEvent) => Promise<SQSBatchResponse | undefined>;

const RESOURCES = {
  Resources: {
    Events: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'events',
        VisibilityTimeout: 370,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 2 },
      },
    },
    Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
  },
};

let sqs: LocalSqs;
let queues: LocalQueue[];
let source: EventSource | undefined;

beforeEach(async () => {
  sqs = await startLocalSqs();
  queues = readQueues(RESOURCES, sqs.url);
  await createQueues(sqs.client, queues);
});

afterEach(async () => {
  await source?.stop();
  source = undefined;
  await sqs.stop();
});

function url(name: string): string {
  return queues.find((queue) => queue.name === name)?.url ?? '';
}

async function send(...bodies: string[]): Promise<void> {
  for (const MessageBody of bodies) {
    await sqs.client.send(new SendMessageCommand({ QueueUrl: url('events'), MessageBody }));
  }
}

/** Starts the event source; `batch(n)` is the nth batch that was settled. */
function start(
  invoke: Invoke,
  settings: Partial<
    Pick<EventSourceOptions, 'batchSize' | 'windowMs' | 'maximumConcurrency' | 'working'>
  > = {},
) {
  const events: SQSEvent[] = [];
  const settled = Array.from({ length: 10 }, () =>
    Promise.withResolvers<{ failed: number; error?: unknown }>(),
  );
  let count = 0;
  source = startEventSource({
    client: sqs.client,
    queueUrl: url('events'),
    batchSize: 10,
    windowMs: 0,
    maximumConcurrency: 2,
    ...settings,
    invoke: async (event) => {
      events.push(event);
      return await invoke(event);
    },
    onBatch: (outcome) => settled[count++]?.resolve(outcome),
  });
  return { events, batch: (n: number) => settled[n - 1]?.promise };
}

/** Messages that are in the queue: to be received, and received but not deleted. */
async function inQueue() {
  const command = new GetQueueAttributesCommand({ QueueUrl: url('events'), AttributeNames: ['All'] });
  const { Attributes } = await sqs.client.send(command);
  return (
    Number(Attributes?.ApproximateNumberOfMessages) +
    Number(Attributes?.ApproximateNumberOfMessagesNotVisible)
  );
}

async function showAgain(record: SQSRecord): Promise<void> {
  const message = { QueueUrl: url('events'), ReceiptHandle: record.receiptHandle, VisibilityTimeout: 0 };
  await sqs.client.send(new ChangeMessageVisibilityCommand(message));
}

test('a batch that the function has not answered is reported again and again, and no more once it has', async () => {
  const answer = Promise.withResolvers<undefined>();
  const twice = Promise.withResolvers<void>();
  const reports: [records: number, elapsedMs: number][] = [];
  const report = (...values: [number, number]): void => {
    reports.push(values);
    if (reports.length === 2) twice.resolve();
  };
  const { batch } = start(() => answer.promise, { working: { everyMs: 10, report } });
  await send('a');
  await twice.promise;
  answer.resolve(undefined);
  await batch(1);
  const before = reports.length;
  await source?.stop();
  expect(reports.slice(0, 2)).toEqual([
    [1, expect.any(Number)],
    [1, expect.any(Number)],
  ]);
  expect(reports).toHaveLength(before);
});

describe('a batch', () => {
  test('holds what Lambda gives a function: id, body, attributes, message attributes, where it came from', async () => {
    await sqs.client.send(
      new SendMessageCommand({
        QueueUrl: url('events'),
        MessageBody: '{"a":1}',
        MessageAttributes: {
          text: { DataType: 'String', StringValue: 'words' },
          bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) },
        },
      }),
    );
    const { events, batch } = start(async () => undefined);
    await batch(1);
    expect(events[0]?.Records).toMatchObject([
      {
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        receiptHandle: expect.stringMatching(/./),
        body: '{"a":1}',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.stringMatching(/./),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        },
        messageAttributes: {
          text: { dataType: 'String', stringValue: 'words' },
          bytes: { dataType: 'Binary', binaryValue: 'AQID' },
        },
        md5OfBody: 'bb6cb5c68df4652941caf652a366f2d8',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:events',
        awsRegion: 'us-east-1',
      },
    ]);
  });

  test('gathers up to its size, and what is more goes to the next', async () => {
    await send(...Array.from({ length: 25 }, (_, index) => `${index}`));
    const { events, batch } = start(async () => undefined, { batchSize: 20, windowMs: 300 });
    await batch(2);
    expect(events.map((event) => event.Records.length)).toEqual([20, 5]);
    const bodies = events.flatMap((event) => event.Records.map((record) => record.body));
    expect(new Set(bodies).size).toBe(25);
  });

  test('stays within the 6 MB of an invocation', async () => {
    const body = 'x'.repeat(1024 * 1000);
    await send(...Array.from({ length: 8 }, () => body));
    const { events, batch } = start(async () => undefined, { batchSize: 100, windowMs: 300 });
    await batch(2);
    for (const event of events) expect(JSON.stringify(event).length).toBeLessThanOrEqual(6 * 1024 * 1024);
    expect(events.flatMap((event) => event.Records)).toHaveLength(8);
    expect(await inQueue()).toBe(0);
  });
});

describe('after an invocation', () => {
  test('what was reported as failed comes back, the rest is deleted', async () => {
    await send('good', 'bad', 'fine');
    const { events, batch } = start(async ({ Records }) => {
      const bad = Records.find((record) => record.body === 'bad');
      if (bad === undefined || bad.attributes.ApproximateReceiveCount !== '1') return undefined;
      await showAgain(bad);
      return { batchItemFailures: [{ itemIdentifier: bad.messageId }] };
    });
    await batch(2);
    expect(
      events[1]?.Records.map(({ body, attributes }) => [body, attributes.ApproximateReceiveCount]),
    ).toEqual([['bad', '2']]);
    expect(await inQueue()).toBe(0);
  });

  test('an empty answer deletes the whole batch', async () => {
    await send('one', 'two');
    const { batch } = start(async () => undefined, { windowMs: 200 });
    expect(await batch(1)).toEqual({ records: 2, failed: 0 });
    expect(await inQueue()).toBe(0);
  });

  test('an answer that Lambda would not accept fails the whole batch', async () => {
    await send('one', 'two');
    const { batch } = start(async () => ({ batchItemFailures: [{ itemIdentifier: 'somebody-else' }] }), {
      windowMs: 200,
    });
    expect(await batch(1)).toEqual({ records: 2, failed: 2, error: expect.any(Error) });
    expect(await inQueue()).toBe(2);
  });

  test('a function that throws fails the whole batch', async () => {
    await send('one', 'two');
    const { batch } = start(() => Promise.reject(new Error('boom')), { windowMs: 200 });
    expect(await batch(1)).toMatchObject({ failed: 2, error: { message: 'boom' } });
    expect(await inQueue()).toBe(2);
  });

  test('what failed as often as the redrive policy allows goes to the dead-letter queue', async () => {
    await send('hopeless');
    const { events } = start(async ({ Records }) => {
      for (const record of Records) await showAgain(record);
      return { batchItemFailures: Records.map((record) => ({ itemIdentifier: record.messageId })) };
    });
    const receive = new ReceiveMessageCommand({ QueueUrl: url('dead'), WaitTimeSeconds: 20 });
    const { Messages } = await sqs.client.send(receive);
    expect(Messages?.map((message) => message.Body)).toEqual(['hopeless']);
    expect(events).toHaveLength(2);
  });
});

test('no more batches are in flight than the maximum concurrency', async () => {
  await send(...Array.from({ length: 7 }, (_, index) => `${index}`));
  let inFlight = 0;
  let most = 0;
  const two = Promise.withResolvers<void>();
  const { batch } = start(
    async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      if (inFlight === 2) two.resolve();
      await two.promise;
      await inQueue();
      inFlight -= 1;
      return undefined;
    },
    { batchSize: 1, maximumConcurrency: 2 },
  );
  await batch(7);
  expect(most).toBe(2);
});

test('stopping waits for the batch in flight and takes no other', async () => {
  await send('first');
  const invoked = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<undefined>();
  const { events } = start(() => {
    invoked.resolve();
    return finish.promise;
  });
  await invoked.promise;
  const stopped = source?.stop();
  finish.resolve(undefined);
  await stopped;
  expect(await inQueue()).toBe(0);
  await send('second');
  expect(await inQueue()).toBe(1);
  expect(events).toHaveLength(1);
});
