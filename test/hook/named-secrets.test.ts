/** Named secrets, each bound to the event types that its sender needs. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { OTHER_SECRET, SECRET, signed, startHook } from '../support/hook.ts';

const THIRD_SECRET = `whsec_${Buffer.from('a third secret, for another part').toString('base64')}`;
let hook: Awaited<ReturnType<typeof startHook>>;
beforeAll(async () => {
  hook = await startHook({
    HOOK_SIGNING_SECRET: JSON.stringify({
      'game-server': { secret: SECRET, types: ['match.ended', 'user.left'] },
      backend: { secret: `${THIRD_SECRET},${OTHER_SECRET}` },
    }),
  });
});
afterAll(async () => {
  await hook.stop();
});

const ended = { type: 'match.ended', data: { session_id: 'a' } };
const retired = { type: 'tag.retired', data: { deployment_tags: ['season-1'] } };
const lastLine = () => hook.logs.findLast((line) => line.includes('"message":"hook"'));

test('a bound secret sends the types that it names', async () => {
  expect((await hook.send(signed(ended))).status).toBe(202);
  await vi.waitFor(() => expect(lastLine()).toContain('"secretName":"game-server"'));
});

test('a bound secret sends no other type: 403, and nothing of the request is queued', async () => {
  const before = hook.queued().length;
  const answer = await hook.send(signed([ended, retired]));
  expect(answer).toMatchObject({
    status: 403,
    body: {
      code: 'TYPE_NOT_ALLOWED',
      violations: [{ pointer: '/1', reason: 'must not be tag.retired' }],
    },
  });
  expect(hook.queued()).toHaveLength(before);
  await vi.waitFor(() => expect(lastLine()).toContain('"code":"TYPE_NOT_ALLOWED"'));
  expect(lastLine()).toContain('"secretName":"game-server"');
});

test("the types bind another system's message as well", async () => {
  const stop = { instance_id: 'f68e01cbc63b', action: 'STOP' };
  expect((await hook.send(signed(stop, 'nakama'))).status).toBe(403);
  expect((await hook.send(signed({ Type: 'Close', GameId: 'a' }, 'photon'))).status).toBe(202);
});

test.each([OTHER_SECRET, THIRD_SECRET])(
  'a secret without types sends all, also while it is rotated',
  async (secret) => {
    expect((await hook.send(signed([ended, retired], undefined, secret))).status).toBe(202);
    await vi.waitFor(() => expect(lastLine()).toContain('"secretName":"backend"'));
  },
);

test('each message in the queue names the secret that its sender has', async () => {
  await hook.send(signed(ended));
  expect(hook.senders()?.at(-1)).toBe('game-server');
  await hook.send(signed([ended, retired], undefined, THIRD_SECRET));
  expect(hook.senders()?.slice(-2)).toEqual(['backend', 'backend']);
});

test('a name that SQS does not take is no reason to refuse an event', async () => {
  const odd = await startHook({
    HOOK_SIGNING_SECRET: JSON.stringify({ 'ü\u0000': SECRET, '': OTHER_SECRET }),
  });
  expect((await odd.send(signed(ended))).status).toBe(202);
  expect((await odd.send(signed(ended, undefined, OTHER_SECRET))).status).toBe(202);
  expect(odd.senders()).toEqual(['??', undefined]);
  await odd.stop();
});

test('no secret is in the log', () => {
  for (const secret of [SECRET, OTHER_SECRET, THIRD_SECRET])
    expect(hook.logs.join('\n')).not.toContain(secret.slice('whsec_'.length, -2));
});
