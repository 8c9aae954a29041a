/** Photon's webhooks: let in by a secret in a header, and answered as Photon expects. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { PHOTON_SECRET, signed, startHook, type TestRequest } from '../support/hook.ts';

let hook: Awaited<ReturnType<typeof startHook>>;
let before = 0;
beforeAll(async () => {
  hook = await startHook();
});
beforeEach(() => {
  before = hook.queued().length;
});
afterAll(async () => {
  await hook.stop();
});
const queued = (): unknown[] => hook.queued().slice(before);

const close = { AppId: 'app', GameId: 'abc123-s', Type: 'Close' };
const photon = (body: unknown, headers: Record<string, string>, source = 'photon'): TestRequest => ({
  routeKey: 'POST /hooks/{source}',
  pathParameters: { source },
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

test.each(['x-session-hooks-secret', 'x-secretkey'])(
  'a message with the secret in %s needs no signature, and is answered with ResultCode 0',
  async (header) => {
    const { status, headers, body } = await hook.send(photon(close, { [header]: PHOTON_SECRET }));
    expect({ status, body }).toEqual({ status: 200, body: { ResultCode: 0 } });
    expect(headers['content-type']).toBe('application/json');
    expect(queued()).toEqual([{ type: 'match.ended', data: { session_id: 'abc123-s' } }]);
  },
);

test('a message that asks for nothing is answered the same', async () => {
  const join = { GameId: 'abc123-s', Type: 'Join', ActorNr: 2, UserId: '203.0.113.7' };
  const { status, body } = await hook.send(photon(join, { 'x-session-hooks-secret': PHOTON_SECRET }));
  expect({ status, body }).toEqual({ status: 200, body: { ResultCode: 0 } });
  expect(queued()).toEqual([]);
});

test('a problem has a ResultCode and a Message', async () => {
  const unknown = { GameId: 'abc123-s', Type: 'Teleport' };
  const answer = await hook.send(photon(unknown, { 'x-session-hooks-secret': PHOTON_SECRET }));
  expect(answer).toMatchObject({
    status: 400,
    body: { ResultCode: 1, Message: expect.stringMatching(/./), violations: [{ pointer: '/Type' }] },
  });
});

test.each([PHOTON_SECRET.slice(1), `${PHOTON_SECRET}x`, 'short', '', '__proto__'])(
  'the wrong secret "%s" is 401',
  async (secret) => {
    expect((await hook.send(photon(close, { 'x-session-hooks-secret': secret }))).status).toBe(401);
    expect(queued()).toEqual([]);
  },
);

test('the secret opens no other address', async () => {
  const headers = { 'x-session-hooks-secret': PHOTON_SECRET };
  expect((await hook.send(photon({ instance_id: 'a', action: 'STOP' }, headers, 'nakama'))).status).toBe(401);
  expect((await hook.send({ headers, body: JSON.stringify({ type: 'match.ended' }) })).status).toBe(401);
  expect(queued()).toEqual([]);
});

test('a signed message is answered as every signed request', async () => {
  expect(await hook.send(signed(close, 'photon'))).toMatchObject({ status: 202, body: { accepted: 1 } });
});

test('without a secret in the configuration, Photon must be signed', async () => {
  const closed = await startHook({ HOOK_PHOTON_SECRET: '' });
  expect((await closed.send(photon(close, { 'x-session-hooks-secret': PHOTON_SECRET }))).status).toBe(401);
  await closed.stop();
});

test('photon-deployment: a room that was closed stops the deployment of its name', async () => {
  const request = photon(close, { 'x-session-hooks-secret': PHOTON_SECRET }, 'photon-deployment');
  const { status, body } = await hook.send(request);
  expect({ status, body }).toEqual({ status: 200, body: { ResultCode: 0 } });
  expect(queued()).toEqual([{ type: 'deployment.finished', data: { deployment_request_id: 'abc123-s' } }]);
});
