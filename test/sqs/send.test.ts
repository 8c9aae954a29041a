/** The one sender, over the real SQS protocol: limits, repetition, deadlines and characters. */
import { createHash } from 'node:crypto';
import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:http';
import { SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { jsonText, sendAll } from '../../lib/sqs/send.ts';
import { startScriptedApi } from '../support/scripted-api.ts';
import { startSqs } from '../support/sqs.ts';

const MIB = 1_048_576;
let sqs: Awaited<ReturnType<typeof startSqs>>;
beforeEach(async () => {
  sqs = await startSqs();
});
afterEach(async () => {
  await sqs.stop();
});

const numbered = (count: number) => Array.from({ length: count }, (_, index) => ({ body: `${index}` }));
const options = () => ({ client: sqs.client, queueUrl: sqs.queueUrl });

describe('limits', () => {
  test('a hundred messages are ten requests, and each message has its own id', async () => {
    const results = await sendAll(numbered(100), options());
    expect(sqs.requests).toEqual(Array(10).fill({ operation: 'SendMessageBatch', entries: 10 }));
    expect(new Set(results.map((result) => result.ok && result.messageId)).size).toBe(100);
    expect(sqs.messages('events')).toHaveLength(100);
  });

  test("attributes count towards a request's 1 MiB: their names, types and values", async () => {
    // 5 + 6 + 520,000 bytes of the attribute; with 4,277 of the body half a request, and one byte more.
    const attributes = { trace: { DataType: 'String', StringValue: 'x'.repeat(520_000) } };
    const half = { body: 'y'.repeat(MIB / 2 - 520_011), attributes };
    expect(await sendAll([half, half], options())).toMatchObject([{ ok: true }, { ok: true }]);
    expect(sqs.requests.map(({ entries }) => entries)).toEqual([2]);
    const more = { ...half, body: `${half.body}y` };
    expect(await sendAll([half, more], options())).toMatchObject([{ ok: true }, { ok: true }]);
    expect(sqs.requests.map(({ entries }) => entries)).toEqual([2, 1, 1]);
  });

  test('bytes count, not characters, and binary attributes too', async () => {
    const attributes = { key: { DataType: 'Binary', BinaryValue: new Uint8Array(MIB / 2) } };
    const results = await sendAll([{ body: 'ü'.repeat(MIB / 4), attributes }, { body: 'ok' }], options());
    expect(results).toMatchObject([{ ok: false, code: 'TOO_LARGE', senderFault: true }, { ok: true }]);
    expect(sqs.requests).toEqual([{ operation: 'SendMessageBatch', entries: 1 }]);
  });

  test('exactly 1 MiB is sent', async () => {
    expect(await sendAll([{ body: 'x'.repeat(MIB) }], options())).toMatchObject([{ ok: true }]);
  });

  test.each([
    [{}, 8],
    [{ concurrency: 16 }, 16],
  ])('with %j, %i requests are on their way at once', async (more, atOnce) => {
    sqs.answerOnly(() => false);
    const controller = new AbortController();
    const sending = sendAll(numbered(400), { ...options(), ...more, signal: controller.signal });
    await expect.poll(() => sqs.requests.length).toBe(atOnce);
    controller.abort();
    await sending;
    expect(sqs.requests).toHaveLength(atOnce);
  });
});

describe('repetition', () => {
  const md5 = (body: string) => createHash('md5').update(body).digest('hex');
  const taken = (id: number) => ({
    Id: `${id}`,
    MessageId: `id-${id}`,
    MD5OfMessageBody: md5(`${id}`),
  });

  async function scripted(answers: Parameters<typeof startScriptedApi>[0], count: number) {
    const api = await startScriptedApi(answers);
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new SQSClient({ endpoint: api.url, region: 'us-east-1', credentials });
    const results = await sendAll(numbered(count), { client, queueUrl: `${api.url}/1/q` });
    const sent = api.seen.map(({ body }): string[] =>
      JSON.parse(body).Entries.map(({ Id }: { Id: string }) => Id),
    );
    client.destroy();
    await api.stop();
    return { results, sent };
  }

  test('what SQS refuses for its own fault, or does not mention, is sent again; what is at fault itself is not', async () => {
    const { results, sent } = await scripted(
      [
        {
          status: 200,
          body: {
            Successful: [taken(0)],
            Failed: [
              { Id: '1', Code: 'InternalError', SenderFault: false },
              { Id: '2', Code: 'InvalidMessageContents', Message: 'no', SenderFault: true },
            ],
          },
        },
        { status: 200, body: { Successful: [taken(1), taken(3)] } },
      ],
      4,
    );
    expect(results).toEqual([
      { ok: true, messageId: 'id-0' },
      { ok: true, messageId: 'id-1' },
      { ok: false, code: 'NOT_SENT', message: 'InvalidMessageContents: no', senderFault: true },
      { ok: true, messageId: 'id-3' },
    ]);
    expect(sent).toEqual([
      ['0', '1', '2', '3'],
      ['1', '3'],
    ]);
  });

  test('after four attempts an entry is given up: what SQS keeps refusing, and what it never mentions', async () => {
    const Failed = [{ Id: '0', Code: 'InternalError', Message: 'again', SenderFault: false }];
    const { results, sent } = await scripted([{ status: 200, body: { Failed } }], 2);
    expect(results).toEqual([
      { ok: false, code: 'NOT_SENT', message: 'InternalError: again', senderFault: false },
      { ok: false, code: 'NOT_SENT', message: expect.stringContaining('not mention'), senderFault: false },
    ]);
    expect(sent).toEqual(Array(4).fill(['0', '1']));
  });

  test('a request that fails as a whole is repeated by the SDK', async () => {
    const { results, sent } = await scripted(
      [{ status: 500 }, 'reset', { status: 200, body: { Successful: [taken(0)] } }],
      1,
    );
    expect(results).toEqual([{ ok: true, messageId: 'id-0' }]);
    expect(sent).toHaveLength(3);
  });

  test('a queue that does not exist is no exception: every message is named, with the reason', async () => {
    const results = await sendAll(numbered(12), { ...options(), queueUrl: `${sqs.queueUrl}-missing` });
    expect(results).toHaveLength(12);
    for (const result of results)
      expect(result).toMatchObject({
        ok: false,
        code: 'NOT_SENT',
        message: expect.stringContaining('QueueDoesNotExist'),
        senderFault: false,
      });
  });
});

describe('deadlines', () => {
  test('SQS that hangs: what is not confirmed when the signal aborts has failed, and nothing more is asked', async () => {
    sqs.answerOnly((_, count) => count <= 8);
    let prepared = 0;
    const count = { name: 'count', step: 'initialize' } as const;
    sqs.client.middlewareStack.add(
      (next) => (args) => {
        prepared += 1;
        return next(args);
      },
      count,
    );
    const controller = new AbortController();
    const sending = sendAll(numbered(1000), { ...options(), signal: controller.signal });
    await expect.poll(() => sqs.requests.length).toBe(16);
    controller.abort(new Error('the time is over'));
    const results = await sending;
    expect(results.filter(({ ok }) => ok)).toHaveLength(80);
    expect(results.find(({ ok }) => !ok)).toMatchObject({
      code: 'NOT_SENT',
      message: expect.stringContaining('the time is over'),
    });
    expect(sqs.requests).toHaveLength(16);
    // The other 84 are not even prepared: at a deadline there is no time for it.
    expect(prepared).toBe(16);
  });

  test('an answer that begins and never ends does not hold a sender either', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      response.write('{"Successful":[');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new SQSClient({ endpoint, region: 'us-east-1', credentials });
    const controller = new AbortController();
    const sending = sendAll(numbered(1), {
      client,
      queueUrl: `${endpoint}/1/q`,
      signal: controller.signal,
    });
    await once(server, 'request');
    controller.abort();
    expect(await sending).toMatchObject([{ ok: false, code: 'NOT_SENT' }]);
    client.destroy();
    server.closeAllConnections();
    server.close();
  });

  test('a hundred requests leave no listener on a signal that lives on', async () => {
    const { signal } = new AbortController();
    await sendAll(numbered(1000), { ...options(), signal });
    expect(sqs.requests).toHaveLength(100);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('characters', () => {
  // What SQS takes besides characters beyond U+FFFF; SendMessage's description.
  const safe = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd]*$/;

  // Code points of all planes, halves of a pair among them.
  const anyText = fc
    .array(fc.integer({ min: 0, max: 0x10ffff }))
    .map((codePoints) => String.fromCodePoint(...codePoints));

  test('JSON text has only characters that every queue takes, and means the same', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const written = jsonText({ [text]: [text, 1, null] });
        expect(written).toMatch(safe);
        expect(JSON.parse(written)).toEqual({ [text]: [text, 1, null] });
      }),
    );
    expect(jsonText('\u{1f600}')).toBe('"\\ud83d\\ude00"');
  });

  test('emoji, control characters, halves of a pair and non-characters arrive', async () => {
    const text = '\u{1f600} \u0000\u001f\u007f \ud83d \ude00 \ufffe\uffff ü';
    expect(await sendAll([{ body: jsonText({ text }) }], options())).toMatchObject([{ ok: true }]);
    expect(JSON.parse(sqs.messages('events')[0]?.body ?? '')).toEqual({ text });
  });
});
