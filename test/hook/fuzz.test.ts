/** Ten thousand requests of people who do not know the secret, and of some who do not know what an event is. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OTHER_SECRET, signedHeaders, startHook, type TestRequest } from '../support/hook.ts';

const REQUESTS = 10_000;
const event = JSON.stringify({ type: 'match.ended', data: { session_id: 'a' } });

const body = fc.oneof(
  fc.constant(event),
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.base64String(),
  fc.constant('['.repeat(5000)),
);
const headerText = fc.oneof(
  fc.string(),
  fc.constantFrom('', '0', 'v1,', 'v1,AAAA', 'v1a,AAAA v1,BBBB', '__proto__'),
);
const forged = fc.record(
  {
    'content-type': fc.oneof(fc.constant('application/json'), fc.string()),
    'webhook-id': headerText,
    'webhook-timestamp': fc.oneof(headerText, fc.constant(String(Math.floor(Date.now() / 1000)))),
    'webhook-signature': headerText,
    __proto__: fc.string(),
  },
  { requiredKeys: [] },
);
const request: fc.Arbitrary<TestRequest> = fc
  .record({
    body,
    headers: fc.oneof(forged, fc.constant(null)),
    isBase64Encoded: fc.boolean(),
    path: fc.oneof(
      fc.constant({}),
      fc.record({ source: fc.oneof(fc.string(), fc.constantFrom('nakama', 'photon', '__proto__')) }),
      fc.record({ token: fc.string() }),
    ),
  })
  .map(({ body: text, headers, isBase64Encoded, path }) => ({
    body: text,
    isBase64Encoded,
    headers: headers === null ? signedHeaders(text, { secret: OTHER_SECRET }) : { ...headers },
    pathParameters: path,
    routeKey:
      'token' in path
        ? 'POST /hooks/edgegap/{token}'
        : 'source' in path
          ? 'POST /hooks/{source}'
          : 'POST /hooks',
  }));

test(`${REQUESTS} random requests: none gets 5xx, none gets in`, async () => {
  const hook = await startHook();
  const statuses = new Map<number, number>();
  for (const one of fc.sample(request, REQUESTS)) {
    const { status } = await hook.send(one);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  expect([...statuses.keys()]).toEqual([401]);
  expect(hook.queued()).toEqual([]);
  await hook.stop();
}, 120_000);
