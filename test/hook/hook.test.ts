/** What the hook promises to those who send to it: the built function, the real queue protocol. */
import { createHash, createHmac } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OTHER_SECRET, SECRET, signed, signedHeaders, startHook, TOKEN } from '../support/hook.ts';
import { startScriptedApi } from '../support/scripted-api.ts';

const ended = (session_id: string) => ({ type: 'match.ended', data: { session_id } });
let hook: Awaited<ReturnType<typeof startHook>>;

beforeEach(async () => {
  hook = await startHook();
});
afterEach(async () => {
  await hook.stop();
});

describe('a signed request', () => {
  test('with one event: 202 once it is in the queue, with the time it was signed at', async () => {
    const { status, body } = await hook.send(signed(ended('abc123-s')));
    expect(status).toBe(202);
    expect(body).toEqual({ accepted: 1, ids: [expect.any(String)] });
    expect(hook.queued()).toEqual([{ ...ended('abc123-s'), time: expect.stringMatching(/Z$/) }]);
  });

  test('with 500 events: all of them', async () => {
    const { status, body } = await hook.send(signed(Array.from({ length: 500 }, (_, i) => ended(`s${i}`))));
    expect(status).toBe(202);
    expect(body).toMatchObject({ accepted: 500 });
    expect(hook.queued()).toHaveLength(500);
  });

  test('an event keeps its own time, and characters that SQS refuses', async () => {
    const event = { ...ended('a'), time: '2026-01-31T20:15:00Z', source: 'odd \uFFFE\uFFFF\u0000 \uD800' };
    expect((await hook.send(signed(event))).status).toBe(202);
    expect(hook.queued()).toEqual([event]);
  });

  test('in base64, as API Gateway sends what it takes for binary', async () => {
    const request = signed({ ...ended('a'), source: 'Zürich' });
    const body = Buffer.from(request.body ?? '').toString('base64');
    expect((await hook.send({ ...request, body, isBase64Encoded: true })).status).toBe(202);
  });

  test('sent again it is accepted again, and asks for the same', async () => {
    const request = signed({ type: 'user.left', data: { session_id: 'a', ip_list: ['192.0.2.1'] } });
    await hook.send(request);
    await hook.send(request);
    const [first, second] = hook.queued();
    expect(second).toEqual(first);
  });

  test('with the older header names of Svix', async () => {
    const { headers, ...request } = signed(ended('a'));
    const renamed = Object.entries(headers).map(([name, value]) => [
      name.replace('webhook-', 'svix-'),
      value,
    ]);
    expect((await hook.send({ ...request, headers: Object.fromEntries(renamed) })).status).toBe(202);
    expect(hook.queued()).toHaveLength(1);
  });

  test('with a byte order mark before the body', async () => {
    expect((await hook.send(signed(`\uFEFF${JSON.stringify(ended('abc123-s'))}`))).status).toBe(202);
    expect(hook.queued()).toMatchObject([ended('abc123-s')]);
  });

  test('an event whose time is null gets the time it was signed at', async () => {
    const event = { ...ended('a'), id: null, time: null, data: { session_id: 'a', session_ids: null } };
    expect((await hook.send(signed(event))).status).toBe(202);
    expect(hook.queued()).toEqual([{ ...event, time: expect.stringMatching(/Z$/) }]);
  });

  test('an event in an envelope goes into the queue as it was sent', async () => {
    const time = '2026-01-31T20:15:00Z';
    const event = { 'detail-type': 'match.ended', source: 'session-hooks.x', time, detail: ended('a') };
    expect((await hook.send(signed(event))).status).toBe(202);
    expect(hook.queued()).toEqual([event]);
  });

  test('with the second of two secrets, while one is rotated', async () => {
    const rotating = await startHook({ HOOK_SIGNING_SECRET: `${OTHER_SECRET}, ${SECRET}` });
    expect((await rotating.send(signed(ended('a')))).status).toBe(202);
    await rotating.stop();
  });
});

describe('a request that is not signed well is 401, always with the same body, and nothing is queued', () => {
  const text = JSON.stringify(ended('a'));
  const good = signedHeaders(text);
  const minutes = 60_000;
  const without = (name: string) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));
  const signature = good['webhook-signature'];
  const cases: Record<string, { headers: Record<string, string>; body?: string; isBase64Encoded?: boolean }> =
    {
      'no headers at all': { headers: {} },
      'no id': { headers: without('webhook-id') },
      'no timestamp': { headers: without('webhook-timestamp') },
      'no signature': { headers: without('webhook-signature') },
      'another secret': { headers: signedHeaders(text, { secret: OTHER_SECRET }) },
      'six minutes old': { headers: signedHeaders(text, { at: Date.now() - 6 * minutes }) },
      'six minutes early': { headers: signedHeaders(text, { at: Date.now() + 6 * minutes }) },
      'another body': { headers: good, body: JSON.stringify(ended('b')) },
      'a truncated body': { headers: good, body: text.slice(0, -1) },
      'no body': { headers: good, body: '' },
      'another id': { headers: { ...good, 'webhook-id': 'msg_2' } },
      'a signature of 31 bytes': {
        headers: { ...good, 'webhook-signature': `v1,${Buffer.alloc(31).toString('base64')}` },
      },
      'the id under one name, the signature under the other': {
        headers: { ...without('webhook-id'), 'svix-id': 'msg_1' },
      },
      'another algorithm': { headers: { ...good, 'webhook-signature': signature.replace('v1,', 'v2,') } },
      'a truncated signature': { headers: { ...good, 'webhook-signature': signature.slice(0, -6) } },
      'an empty signature': { headers: { ...good, 'webhook-signature': 'v1,' } },
      'a signature in hex': {
        headers: {
          ...good,
          'webhook-signature': `v1,${Buffer.from(signature.slice(3), 'base64').toString('hex')}`,
        },
      },
      'a doubled signature': { headers: { ...good, 'webhook-signature': `${signature},${signature}` } },
      'a doubled timestamp': {
        headers: {
          ...good,
          'webhook-timestamp': `${good['webhook-timestamp']},${good['webhook-timestamp']}`,
        },
      },
      'a doubled id': { headers: { ...good, 'webhook-id': 'msg_1,msg_1' } },
      'a timestamp with more behind it': {
        headers: { ...good, 'webhook-timestamp': `${good['webhook-timestamp']}.5` },
      },
      'bytes that are not UTF-8': {
        headers: signedHeaders('\uFFFD'),
        body: Buffer.from([0xff]).toString('base64'),
        isBase64Encoded: true,
      },
    };
  test.each(Object.entries(cases))('%s', async (_, request) => {
    const reference = await hook.send({ headers: {} });
    const { status, text: answer } = await hook.send({ body: text, ...request });
    expect(status).toBe(401);
    expect(answer).toBe(reference.text);
    expect(hook.queued()).toEqual([]);
  });
});

describe('a signed request that holds no event', () => {
  test('bytes that are not UTF-8: 400', async () => {
    const bytes = Buffer.from([0x22, 0xff, 0x22]);
    const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
    const headers = signedHeaders('');
    const signature = createHmac('sha256', key)
      .update(`msg_1.${headers['webhook-timestamp']}.`)
      .update(bytes)
      .digest('base64');
    const request = { body: bytes.toString('base64'), isBase64Encoded: true };
    const answer = await hook.send({
      ...request,
      headers: { ...headers, 'webhook-signature': `v1,${signature}` },
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { violations: [{ pointer: '', reason: 'is not UTF-8' }] },
    });
  });

  test('one wrong event of three: nothing is queued, every violation is listed by its pointer', async () => {
    const wrong = { type: 'user.left', data: { session_id: '../x', ip_list: ['nowhere'] } };
    const { status, headers, body } = await hook.send(signed([ended('a'), wrong, { type: 'nope' }]));
    expect(status).toBe(400);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(body).toMatchObject({
      title: 'The request contains an invalid event',
      status: 400,
      code: 'INVALID_EVENT',
      violations: [
        { pointer: '/1/data/session_id', reason: expect.any(String) },
        { pointer: '/1/data/ip_list/0', reason: expect.any(String) },
        { pointer: '/2/type', reason: expect.any(String) },
      ],
    });
    expect(hook.queued()).toEqual([]);
  });

  test.each([
    ['not JSON', '{"type":', 'is not JSON'],
    ['empty', '', 'is empty'],
    ['an empty array', '[]', 'must be one event, or an array of 1 to 500'],
    ['501 events', JSON.stringify(Array(501).fill(ended('a'))), 'must be one event, or an array of 1 to 500'],
    ['100,000 levels', '['.repeat(100_000) + ']'.repeat(100_000), 'is nested deeper than 32 levels'],
    [
      'deep beside the data',
      `{"type":"match.ended","data":{"session_id":"a"},"x":${'['.repeat(9999)}${']'.repeat(9999)}}`,
      'is nested deeper than 32 levels',
    ],
    ['null', 'null', 'must be a JSON object, not null'],
    ['a name of the prototype', '{"__proto__":{"type":"match.ended"}}', /is missing/],
    ['a type that every object has', '{"type":"constructor","data":{}}', /must be one of/],
    ['NUL in an id', '{"type":"match.ended","data":{"session_id":"a\\u0000"}}', /./],
  ])('%s: 400', async (_, body, reason) => {
    const answer = await hook.send(signed(body));
    expect(answer.status).toBe(400);
    const expected = typeof reason === 'string' ? reason : expect.stringMatching(reason);
    expect(answer.body).toHaveProperty('violations.0.reason', expected);
    expect(answer.text).not.toMatch(/\\n +at |file:/);
    expect(hook.queued()).toEqual([]);
  });

  test('5 MiB: 413', async () => {
    expect((await hook.send({ headers: {}, body: 'x'.repeat(5 * 1024 * 1024) })).status).toBe(413);
  });

  test('an event that is larger in the queue than in the request: 413, and nothing is queued', async () => {
    // An emoji has 4 bytes in UTF-8, and 12 as the escapes that every queue takes.
    const large = { ...ended('b'), source: '😀'.repeat(100_000) };
    const { status, body } = await hook.send(signed([ended('a'), large, ended('c')]));
    expect(status).toBe(413);
    expect(body).toMatchObject({ code: 'TOO_LARGE', violations: [{ pointer: '/1' }] });
    expect(hook.queued()).toEqual([]);
  });

  test('an event with an emoji: 202', async () => {
    const event = { ...ended('a'), time: '2026-01-31T20:15:00Z', source: 'Zürich 😀' };
    expect((await hook.send(signed(event))).status).toBe(202);
    expect(hook.queued()).toEqual([event]);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1', ''])(
    'content type "%s": 415',
    async (type) => {
      const request = signed(ended('a'));
      expect(
        (await hook.send({ ...request, headers: { ...request.headers, 'content-type': type } })).status,
      ).toBe(415);
      expect(hook.queued()).toEqual([]);
    },
  );

  test.each(['application/cloudevents+json', 'application/json; charset=UTF-8'])(
    'content type "%s" is JSON',
    async (type) => {
      const request = signed(ended('a'));
      expect(
        (await hook.send({ ...request, headers: { ...request.headers, 'content-type': type } })).status,
      ).toBe(202);
    },
  );
});

describe("other backends' messages", () => {
  test('Nakama: signed as usual', async () => {
    expect((await hook.send(signed({ instance_id: 'f68e01cbc63b', action: 'Stop' }, 'nakama'))).status).toBe(
      202,
    );
    expect(hook.queued()).toMatchObject([
      { type: 'deployment.finished', data: { deployment_request_id: 'f68e01cbc63b' } },
    ]);
  });

  test('what asks for nothing is accepted and counted', async () => {
    const { status, body } = await hook.send(signed({ instance_id: 'a', action: 'READY' }, 'nakama'));
    expect({ status, body }).toEqual({ status: 202, body: { accepted: 0, ids: [], ignored: 1 } });
    expect(hook.queued()).toEqual([]);
  });

  test('an unknown source is 404, for those who may know', async () => {
    expect(await hook.send(signed({}, 'steam'))).toMatchObject({
      status: 404,
      body: { code: 'UNKNOWN_SOURCE', detail: expect.stringContaining('nakama, photon, playfab') },
    });
    expect((await hook.send({ ...signed({}, 'steam'), headers: {} })).status).toBe(401);
  });
});

describe("the platform's webhooks", () => {
  const terminated = JSON.stringify({ request_id: 'f68e01cbc63b', current_status: 'Status.TERMINATED' });
  const platform = (token: string, body: string) => ({
    routeKey: 'POST /hooks/edgegap/{token}',
    pathParameters: { token },
    headers: {},
    body,
  });

  const at = (what: string, token = TOKEN) => ({
    routeKey: 'POST /hooks/edgegap/{token}/{what}',
    pathParameters: { token, what },
    headers: {},
    body: JSON.stringify({ request_id: 'f68e01cbc63b', current_status: 'Status.READY' }),
  });

  test('the address says what happened, whatever the status is', async () => {
    expect((await hook.send(at('terminated'))).body).toMatchObject({ accepted: 1 });
    for (const what of ['ready', 'error'])
      expect((await hook.send(at(what))).body).toEqual({ accepted: 0, ids: [], ignored: 1 });
    expect(hook.queued()).toEqual([
      { type: 'deployment.stopped', data: { deployment_request_id: 'f68e01cbc63b' } },
    ]);
  });

  test('an address that says something else is 404, for those who know the token', async () => {
    expect(await hook.send(at('paused'))).toMatchObject({ status: 404, body: { code: 'UNKNOWN_SOURCE' } });
    expect((await hook.send(at('paused', `${TOKEN}x`))).status).toBe(401);
  });

  test('the old and the new token are right while it is rotated', async () => {
    const rotating = await startHook({ HOOK_EDGEGAP_TOKEN: `the-new-token-of-the-tests,${TOKEN}` });
    expect((await rotating.send(platform(TOKEN, terminated))).status).toBe(202);
    expect((await rotating.send(platform('the-new-token-of-the-tests', terminated))).status).toBe(202);
    await rotating.stop();
  });

  test('with the token in the path, without a signature', async () => {
    expect((await hook.send(platform(TOKEN, terminated))).status).toBe(202);
    expect(hook.queued()).toEqual([
      { type: 'deployment.stopped', data: { deployment_request_id: 'f68e01cbc63b' } },
    ]);
  });

  test('anything else is accepted, ignored and counted', async () => {
    const { status, body } = await hook.send(platform(TOKEN, '{"session_id":"a","status":"Status.READY"}'));
    expect({ status, body }).toEqual({ status: 202, body: { accepted: 0, ids: [], ignored: 1 } });
    await vi.waitFor(() => expect(hook.logs.join('\n')).toContain('"HookIgnored":1'));
  });

  test.each(['', 'wrong', `${TOKEN}x`, TOKEN.slice(1)])('a wrong token ("%s") is 401', async (token) => {
    const reference = await hook.send({ headers: {} });
    const { status, text } = await hook.send(platform(token, terminated));
    expect(status).toBe(401);
    expect(text).toBe(reference.text);
    expect(hook.queued()).toEqual([]);
  });

  test('without a token in the configuration there is no such way in', async () => {
    const closed = await startHook({ HOOK_EDGEGAP_TOKEN: '' });
    expect((await closed.send(platform('', terminated))).status).toBe(401);
    await closed.stop();
  });
});

describe('when something is down', () => {
  test('SQS fails half-way: 503 with what was accepted, and the same request again is harmless', async () => {
    let sends = 0;
    const proxy = createServer((incoming, outgoing) => {
      sends += 1;
      // The first request passes; the tries of the second fail.
      if (sends > 1 && sends <= 4) {
        outgoing.writeHead(503).end();
        return;
      }
      const { method = 'POST', url = '/', headers } = incoming;
      const onwards = httpRequest(new URL(url, hook.endpoint), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onwards);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const flaky = await startHook({
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      EVENTS_QUEUE_URL: `http://127.0.0.1:${port}/000000000000/events`,
    });
    const request = signed(Array.from({ length: 20 }, (_, index) => ended(`s${index}`)));

    const first = await flaky.send(request);
    expect(first.status).toBe(503);
    expect(first.headers['retry-after']).toBe('5');
    expect(first.body).toMatchObject({ accepted: 10 });
    expect(hook.queued()).toHaveLength(10);

    expect((await flaky.send(request)).status).toBe(202);
    const sessions = hook.queued().map((event) => JSON.stringify(event));
    expect(new Set(sessions).size).toBe(20);
    await flaky.stop();
    proxy.close();
    proxy.closeAllConnections();
  });

  test.each<[number, string, boolean, object]>([
    [
      422,
      'NOT_SENT',
      true,
      { violations: [{ pointer: '/1', reason: expect.stringContaining('no such queue') }] },
    ],
    [503, 'QUEUE_UNAVAILABLE', false, {}],
  ])('SQS refuses one event of two: %i %s', async (status, code, SenderFault, members) => {
    const bodies = [ended('a'), ended('b')].map((event) => ({ ...event, time: '2026-01-31T20:15:00Z' }));
    const MD5OfMessageBody = createHash('md5').update(JSON.stringify(bodies[0])).digest('hex');
    const answer = {
      Successful: [{ Id: '0', MessageId: 'id-0', MD5OfMessageBody }],
      Failed: [{ Id: '1', Code: 'InvalidMessageContents', Message: 'no such queue', SenderFault }],
    };
    const sqs = await startScriptedApi([{ status: 200, body: answer }]);
    const refusing = await startHook({ AWS_ENDPOINT_URL: sqs.url, EVENTS_QUEUE_URL: `${sqs.url}/1/events` });
    const { status: given, body } = await refusing.send(signed(bodies));
    expect(given).toBe(status);
    expect(body).toMatchObject({ status, code, accepted: 1, ...members });
    await refusing.stop();
    await sqs.stop();
  });

  test('one secret of two is malformed: forged requests are 401, signed ones get in, and the log says which', async () => {
    const half = await startHook({ HOOK_SIGNING_SECRET: `whsec_malformed,${SECRET},` });
    expect(
      (await half.send({ headers: signedHeaders('{}', { secret: OTHER_SECRET }), body: '{}' })).status,
    ).toBe(401);
    expect((await half.send(signed(ended('a')))).status).toBe(202);
    await vi.waitFor(() => expect(half.logs.join('\n')).toContain('secret 1 is not whsec_'));
    expect(half.logs.filter((line) => line.includes('a secret is left out'))).toHaveLength(1);
    await half.stop();
  });

  test('the secret cannot be read: 503, and the log says which, without a secret', async () => {
    const blind = await startHook({
      HOOK_SIGNING_SECRET: 'ssm:/session-hooks/test/hook-secret',
      AWS_ENDPOINT_URL_SSM: 'http://127.0.0.1:9',
    });
    const { status, headers, text } = await blind.send(signed(ended('a')));
    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('30');
    expect(JSON.parse(text)).toMatchObject({ code: 'SECRET_UNAVAILABLE' });
    expect(text).not.toContain('ssm:');
    await vi.waitFor(() => expect(blind.logs.join('\n')).toContain('ssm:/session-hooks/test/hook-secret'));
    await vi.waitFor(() => expect(blind.logs.join('\n')).toContain('"HookUnavailable":1'));
    await blind.stop();
  });

  test.each([
    ['HOOK_SIGNING_SECRET', 'hunter2'],
    ['HOOK_SIGNING_SECRET', ''],
    ['HOOK_SIGNING_SECRET', '{"game":{"secret":"hunter2"}}'],
    ['HOOK_EDGEGAP_TOKEN', 'short'],
    ['HOOK_PHOTON_SECRET', 'also-short'],
    ['EVENTS_QUEUE_URL', 'events'],
  ])('%s "%s" stops the function at its start, by name and without the value', async (name, value) => {
    const start = startHook({ [name]: value });
    await expect(start).rejects.toThrow(name);
    if (name !== 'EVENTS_QUEUE_URL' && value !== '') await expect(start).rejects.not.toThrow(value);
  });
});
