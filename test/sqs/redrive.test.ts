/** Redrive over the real SQS protocol: nothing is lost, and an event keeps its place in time. */
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseEvent } from '../../events/index.ts';
import type { StoredDeadLetter } from '../../lib/sqs/dead-letter.ts';
import { readDeadLetter } from '../../lib/sqs/dead-letter.ts';
import { receiveDeadLetters, redrive, release } from '../../lib/sqs/redrive.ts';
import { jsonText } from '../../lib/sqs/send.ts';
import { startSqs } from '../support/sqs.ts';

const SENT_AT = '2026-01-31T20:15:00.000Z';
let sqs: Awaited<ReturnType<typeof startSqs>>;
let from: { client: typeof sqs.client; url: string };
let to: typeof from;
beforeEach(async () => {
  sqs = await startSqs();
  from = { client: sqs.client, url: sqs.deadLetterQueueUrl };
  to = { client: sqs.client, url: sqs.queueUrl };
});
afterEach(async () => {
  await sqs.stop();
});

const text = (StringValue: string) => ({ DataType: 'String', StringValue });
const ended = (session_id: string) => ({ type: 'match.ended', data: { session_id } });

/** A dead letter as session-events sends one. */
function die(body: unknown, attributes: Record<string, ReturnType<typeof text>> = {}): void {
  const messageAttributes = { ERROR_CODE: text('REFUSED'), ORIGINAL_SENT_AT: text(SENT_AT), ...attributes };
  sqs.sqs.sendMessage('dead-letters', typeof body === 'string' ? body : jsonText(body), {
    messageAttributes,
  });
}

const letters = () => Array.fromAsync(receiveDeadLetters(from));

/** The same for a queue that nobody else fills: without the wait for more. */
async function lettersAtOnce(): Promise<StoredDeadLetter[]> {
  const receive = new ReceiveMessageCommand({
    QueueUrl: from.url,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['All'],
  });
  const { Messages = [] } = await from.client.send(receive);
  const received = Messages.flatMap((message) => readDeadLetter(message) ?? []);
  return received.length === 0 ? [] : [...received, ...(await lettersAtOnce())];
}
const bodies = (queue: string): unknown[] => sqs.messages(queue).map(({ body }) => JSON.parse(body));

describe('receiving', () => {
  test('all letters of a long queue are received, each once, and hidden', async () => {
    for (let index = 0; index < 333; index += 1) die(ended(`s${index}`));
    const received = await letters();
    expect(new Set(received.map(({ body }) => body)).size).toBe(333);
    expect(received).toHaveLength(333);
    expect(sqs.messages('dead-letters')).toEqual([]);
    await release(from, received);
    expect(sqs.messages('dead-letters')).toHaveLength(333);
  });

  test('an empty queue is one wait of a second: no request follows the first round', async () => {
    expect(await letters()).toEqual([]);
    expect(sqs.requests.length).toBeLessThanOrEqual(8);
  });

  test('a caller that stops early leaves no letter hidden', async () => {
    for (let index = 0; index < 20; index += 1) die(ended(`s${index}`));
    for await (const letter of receiveDeadLetters(from)) {
      expect(letter.code).toBe('REFUSED');
      break;
    }
    expect(sqs.messages('dead-letters')).toHaveLength(20);
  });

  test('a receive that fails leaves no letter hidden', async () => {
    for (let index = 0; index < 200; index += 1) die(ended(`s${index}`));
    const receiving = receiveDeadLetters(from);
    await receiving.next();
    const [broken, client] = [new Error('no network'), sqs.client];
    client.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName === 'ReceiveMessageCommand') throw broken;
        return await next(args);
      },
      { step: 'initialize' },
    );
    await expect(Array.fromAsync(receiving)).rejects.toThrow('no network');
    expect(sqs.messages('dead-letters')).toHaveLength(200);
  });

  test('an abort leaves no letter hidden', async () => {
    for (let index = 0; index < 20; index += 1) die(ended(`s${index}`));
    const controller = new AbortController();
    const receiving = Array.fromAsync(receiveDeadLetters(from, controller.signal));
    const inflight = () => sqs.sqs.inspectQueue('dead-letters')?.messages.inflight.length;
    await expect.poll(inflight, { interval: 10 }).toBe(20);
    controller.abort(new Error('interrupted'));
    await expect(receiving).rejects.toThrow('interrupted');
    expect(sqs.messages('dead-letters')).toHaveLength(20);
  });

  test('a letter of which SQS kept no valid time can be read', async () => {
    const [message] = [
      { MessageId: 'm', ReceiptHandle: 'r', Body: '{', Attributes: { SentTimestamp: 'never' } },
    ];
    expect(readDeadLetter(message)).toMatchObject({ sentAt: '1970-01-01T00:00:00.000Z' });
  });

  test('what the queue itself moved here, and what has no room for a reason, say why all the same', async () => {
    sqs.sqs.sendMessage('dead-letters', JSON.stringify(ended('a')));
    sqs.sqs.sendMessage('dead-letters', '{');
    expect(await letters()).toMatchObject([
      { type: 'match.ended', code: 'MAX_RECEIVES', sentAt: expect.stringMatching(/^\d{4}-.*Z$/) },
      { type: '?', code: 'INVALID_EVENT', reason: 'body: is not JSON' },
    ]);
  });
});

describe('sending back', () => {
  test('letters move in full batches, several at once, and the progress is reported', async () => {
    for (let index = 0; index < 250; index += 1) die(ended(`s${index}`));
    const progress: number[] = [];
    expect(await redrive(from, to, await lettersAtOnce(), (moved) => progress.push(moved))).toEqual({
      moved: 250,
      left: 0,
    });
    expect(bodies('events')).toHaveLength(250);
    const { ready = [], inflight = [] } = sqs.sqs.inspectQueue('dead-letters')?.messages ?? {};
    expect([...ready, ...inflight]).toEqual([]);
    expect(progress).toEqual([100, 200, 250]);
    const sends = sqs.requests.filter(({ operation }) => operation === 'SendMessageBatch');
    expect(sends).toHaveLength(25);
  });

  test("what cannot be sent stays, is visible at once, and SQS's reason is reported", async () => {
    for (let index = 0; index < 12; index += 1) die(ended(`s${index}`));
    const result = await redrive(from, { ...to, url: `${to.url}-missing` }, await lettersAtOnce());
    expect(result).toEqual({ moved: 0, left: 12, reason: expect.stringContaining('QueueDoesNotExist') });
    expect(sqs.messages('dead-letters')).toHaveLength(12);
  });

  test('only what is confirmed is deleted', async () => {
    sqs.sqs.createQueue('small', { attributes: { MaximumMessageSize: '1024' } });
    die(ended('a'));
    die({ ...ended('b'), note: 'x'.repeat(2000) });
    const small = { ...to, url: to.url.replace('events', 'small') };
    expect(await redrive(from, small, await lettersAtOnce())).toMatchObject({ moved: 1, left: 1 });
    expect(bodies('small')).toMatchObject([ended('a')]);
    expect(bodies('dead-letters')).toMatchObject([ended('b')]);
  });

  test("the sender's own attributes go along, those of the dead letter do not", async () => {
    die(ended('a'), { traceparent: text('00-1'), ERROR_MESSAGE: text('no'), RECEIVE_COUNT: text('3') });
    await redrive(from, to, await lettersAtOnce());
    expect(sqs.messages('events')[0]?.messageAttributes).toEqual({ traceparent: text('00-1') });
  });
});

describe('an event keeps its place in time', () => {
  const left = { type: 'user.left', data: { session_id: 's', ip_list: ['10.0.0.1'] } };
  const sns = (message: unknown) => ({ Type: 'Notification', Message: JSON.stringify(message) });
  const bridge = (detail: unknown) => ({ 'detail-type': 'user.left', source: 'session-hooks.x', detail });

  async function redrivenBody(body: unknown): Promise<string> {
    die(body);
    await redrive(from, to, await lettersAtOnce());
    return sqs.messages('events')[0]?.body ?? '';
  }

  test.each([
    ['a plain event', left, { ...left, time: SENT_AT }],
    ['a CloudEvent', { specversion: '1.0', ...left }, { specversion: '1.0', ...left, time: SENT_AT }],
    ['an SNS notification', sns(left), sns({ ...left, time: SENT_AT })],
    ['SNS within SNS', sns(sns(left)), sns(sns({ ...left, time: SENT_AT }))],
    ['an EventBridge event', bridge(left.data), { ...bridge(left.data), time: SENT_AT }],
    ['EventBridge within SNS', sns(bridge(left.data)), sns({ ...bridge(left.data), time: SENT_AT })],
    ['an event with an emoji', { ...left, note: '\u{1f600}' }, { ...left, note: '\u{1f600}', time: SENT_AT }],
  ])('%s without a time gets the one at which it was first sent', async (_, body, expected) => {
    const sent = await redrivenBody(body);
    expect(JSON.parse(sent)).toEqual(expected);
    expect(parseEvent(sent)).toMatchObject({ ok: true, event: { timeMs: Date.parse(SENT_AT) } });
  });

  test.each([
    [
      'an event with a time',
      ' {"type":"match.ended","time":"2026-01-01T00:00:00Z","data":{"session_id":"a"}}',
    ],
    ['what is not JSON', '{ not JSON'],
    ['an event that is invalid', '{"type":"match.ended","data":{"session_id":"../a"}}'],
    ['JSON that is not an object', '[ 1 ]'],
  ])('%s is sent as it is', async (_, body) => {
    expect(await redrivenBody(body)).toBe(body);
  });

  test('an event that SQS itself moved to the dead-letter queue gets the time that SQS kept', async () => {
    const before = Date.now();
    sqs.sqs.sendMessage('dead-letters', JSON.stringify(left));
    await redrive(from, to, await lettersAtOnce());
    const parsed = parseEvent(sqs.messages('events')[0]?.body ?? '');
    const timeMs = parsed.ok ? (parsed.event.timeMs ?? 0) : 0;
    expect(timeMs).toBeGreaterThanOrEqual(before);
    expect(timeMs).toBeLessThanOrEqual(Date.now());
  });
});
