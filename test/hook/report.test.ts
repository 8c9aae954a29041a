/** What the log says about a request: enough to find the sender's mistake, and none of its values. */
import { afterEach, expect, test, vi } from 'vitest';
import { adapters } from '../../events/adapters/index.ts';
import { invalid } from '../../lib/hook/answers.ts';
import { readBody } from '../../lib/hook/events.ts';
import { reportHook } from '../../lib/hook/report.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

function linesOf(result: Parameters<typeof reportHook>[0]) {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  reportHook(result, 'hook');
  return lines.map((line) => JSON.parse(line));
}

function refusal(body: unknown, source?: string) {
  const adapt = source === undefined ? undefined : adapters.get(source);
  const read = readBody(JSON.stringify(body), { adapt });
  if (read.ok) throw new Error('The body is valid.');
  return invalid(read.violations);
}

test('a refused request: source, id, code, pointers and reasons', () => {
  const event = { type: 'user.left', data: { session_id: '../x', ip_list: ['nowhere'] } };
  const about = { route: 'POST /hooks', webhookId: 'msg_7', secretName: 'game-server' };
  const [line] = linesOf({ ...refusal([event]), ...about });
  expect(line).toMatchObject({
    message: 'hook',
    ...about,
    status: 400,
    code: 'INVALID_EVENT',
    violations: [
      { pointer: '/0/data/session_id', reason: expect.stringMatching(/^must be 1 to 128/) },
      { pointer: '/0/data/ip_list/0', reason: 'must be an IPv4 or IPv6 address' },
    ],
  });
});

test('a value that a reason names stays out of the log', () => {
  for (const outcome of [
    refusal({ type: 'player-"secret\\', data: {} }),
    refusal({ Type: 'player-"secret\\', GameId: 'a' }, 'photon'),
  ]) {
    expect(JSON.stringify(outcome.body)).toContain('secret');
    const [line] = linesOf({ ...outcome, route: 'POST /hooks' });
    expect(line.violations[0].reason).toMatch(/^is "…"[;,]/);
    expect(JSON.stringify(line)).not.toContain('secret');
  }
});

test('a thousand violations are ten in the log', () => {
  const wrong = Array.from({ length: 500 }, () => ({ type: 'user.left', data: {} }));
  const [line] = linesOf({ ...refusal(wrong), route: 'POST /hooks' });
  expect(line.violations).toHaveLength(10);
});

test('the metrics count a request once', () => {
  const [, metrics] = linesOf({ ...refusal({}), route: 'POST /hooks' });
  expect(metrics).toMatchObject({ HookInvalid: 1, HookUnauthorized: 0, HookUnavailable: 0, HookAccepted: 0 });
});
