/** Twenty thousand requests of people who do not know a secret: none gets in, and none costs a read of one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { adapters } from '../../events/adapters/index.ts';
import { answerHook } from '../../lib/hook/hook.ts';
import { createTokenCheck, parseSigningSecrets, parseTokens, secretList } from '../../lib/hook/secrets.ts';
import { createVerifier } from '../../lib/hook/signature.ts';
import { createSecretReader } from '../../lib/runtime/secrets.ts';
import {
  OTHER_SECRET,
  SECRET,
  signed,
  signedHeaders,
  startHook,
  type TestRequest,
  TOKEN,
} from '../support/hook.ts';
import { startScriptedApi } from '../support/scripted-api.ts';

const REQUESTS = 20_000;
const event = JSON.stringify({ type: 'match.ended', data: { session_id: 'a' } });
const now = () => String(Math.floor(Date.now() / 1000));

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
/** Headers in which at least one thing cannot be right. */
const unsigned = fc
  .tuple(
    fc.constantFrom('webhook', 'svix'),
    fc.record(
      {
        'content-type': fc.oneof(fc.constant('application/json'), fc.string()),
        id: fc.oneof(headerText, fc.constant('msg_1')),
        timestamp: fc.oneof(headerText, fc.constantFrom(now(), '1', '99999999999')),
        signature: headerText,
        'x-session-hooks-secret': headerText,
        'x-secretkey': fc.constantFrom('short', ''),
        __proto__: fc.string(),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([prefix, headers]) =>
    Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        /^(id|timestamp|signature)$/.test(name) ? `${prefix}-${name}` : name,
        value,
      ]),
    ),
  );
const stale = fc
  .integer({ min: 6 * 60_000, max: 10 ** 11 })
  .map((ms) => signedHeaders(event, { at: Date.now() - ms }));
const path = fc.oneof(
  fc.constant({}),
  fc.record({ source: fc.oneof(fc.string(), fc.constantFrom('nakama', 'photon', '__proto__')) }),
  fc.record({ token: fc.string({ maxLength: 15 }) }),
  fc.record({ token: fc.string({ maxLength: 15 }), what: fc.constantFrom('terminated', 'x') }),
);

function routeOf(pathParameters: object): string {
  if ('what' in pathParameters) return 'POST /hooks/edgegap/{token}/{what}';
  if ('token' in pathParameters) return 'POST /hooks/edgegap/{token}';
  return 'source' in pathParameters ? 'POST /hooks/{source}' : 'POST /hooks';
}

const request = (headers: fc.Arbitrary<Record<string, string>>): fc.Arbitrary<TestRequest> =>
  fc
    .record({ body, headers, isBase64Encoded: fc.boolean(), pathParameters: path })
    .map((made) => ({ ...made, routeKey: routeOf(made.pathParameters) }));

test(`${REQUESTS} requests that are not signed, or cannot be: all are 401, and no secret is read`, async () => {
  const ssm = await startScriptedApi([{ status: 200, body: { Parameter: { Value: SECRET } } }]);
  const hook = await startHook({
    HOOK_SIGNING_SECRET: 'ssm:/hook-secret',
    HOOK_EDGEGAP_TOKEN: 'ssm:/edgegap-token',
    HOOK_PHOTON_SECRET: 'ssm:/photon-secret',
    AWS_ENDPOINT_URL_SSM: ssm.url,
  });
  const statuses = new Set<number>();
  for (const one of fc.sample(request(fc.oneof(unsigned, stale)), REQUESTS))
    statuses.add((await hook.send(one)).status);
  expect([...statuses]).toEqual([401]);
  expect(hook.queued()).toEqual([]);
  expect(ssm.seen).toEqual([]);

  // The hook was open all the time: a request that is signed well reads the secret, and gets in.
  expect((await hook.send(signed(event))).status).toBe(202);
  expect(ssm.seen).toHaveLength(1);
  await hook.stop();
  await ssm.stop();
}, 240_000);

test(`${REQUESTS} requests with a well-formed signature or token: all are 401, and the secrets are read once`, async () => {
  const ssm = await startScriptedApi([
    { status: 200, body: { Parameter: { Value: SECRET } } },
    { status: 200, body: { Parameter: { Value: TOKEN } } },
  ]);
  const aws = () => ({
    region: 'us-east-1',
    accessKeyId: 'local',
    secretAccessKey: 'local',
    endpoints: { ssm: ssm.url, secretsmanager: ssm.url, dynamodb: ssm.url },
  });
  // The clock stands still: in real time each secret is read again every 10 seconds at most.
  const reader = (value: string) =>
    createSecretReader({ variable: 'X', value, aws, extract: (text) => text }, () => 0);
  const isToken = createTokenCheck(secretList('X', [reader('ssm:/token')], parseTokens));
  const options = {
    verify: createVerifier(secretList('X', [reader('ssm:/secret')], parseSigningSecrets)),
    isEdgegapToken: isToken,
    isPhotonSecret: isToken,
    adapters,
    publish: () => Promise.reject(new Error('An event was published.')),
  };
  const send = async (route: string, path: Record<string, string>, headers: Record<string, string>) =>
    (await answerHook({ route, path, headers, body: Buffer.from(event) }, options)).status;
  // One of each kind first, so that each secret gets its own answer.
  expect(await send('POST /hooks', {}, signedHeaders(event, { secret: OTHER_SECRET }))).toBe(401);
  const token = fc.stringMatching(/^[A-Za-z0-9_-]{16,128}$/);
  const forged = fc.oneof(
    fc.uuid().map((id) => () => send('POST /hooks', {}, signedHeaders(event, { secret: OTHER_SECRET, id }))),
    token.map((one) => () => send('POST /hooks/{source}', { source: 'photon' }, { 'x-secretkey': one })),
    token.map((one) => () => send('POST /hooks/edgegap/{token}', { token: one }, {})),
  );
  const statuses = new Set<number>();
  for (const sendForged of fc.sample(forged, REQUESTS)) statuses.add(await sendForged());
  expect([...statuses]).toEqual([401]);
  expect(ssm.seen).toHaveLength(2);
  await ssm.stop();
}, 240_000);
