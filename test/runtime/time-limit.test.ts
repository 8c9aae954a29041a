/** A time limit for one piece of work, and what is left of it afterwards. */
import { getEventListeners, once } from 'node:events';
import { expect, test } from 'vitest';
import { orAborted, withTimeLimit } from '../../lib/runtime/time-limit.ts';

const aborted = async (signal: AbortSignal): Promise<unknown> => {
  if (!signal.aborted) await once(signal, 'abort');
  return signal.reason;
};
const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

test('returns what the work returns, and rejects with what the work rejects with', async () => {
  expect(await withTimeLimit({ timeoutMs: 1000 }, async () => 'done')).toBe('done');
  await expect(withTimeLimit({ timeoutMs: 1000 }, () => Promise.reject(new Error('no')))).rejects.toThrow(
    'no',
  );
});

test('the signal aborts when the time is over, and says so', async () => {
  expect(await withTimeLimit({ timeoutMs: 1 }, aborted)).toMatchObject({
    name: 'TimeoutError',
    message: 'No answer within 1 ms.',
  });
});

test("the signal aborts with the outer one, for the outer one's reason", async () => {
  const outer = new AbortController();
  const work = withTimeLimit({ timeoutMs: 60_000, signal: outer.signal }, aborted);
  outer.abort('over');
  expect(await work).toBe('over');
  expect(await withTimeLimit({ timeoutMs: 60_000, signal: outer.signal }, aborted)).toBe('over');
});

test('a thousand calls leave no timer, and no listener on the outer signal', async () => {
  const { signal } = new AbortController();
  const before = timers();
  await Promise.all(
    Array.from({ length: 1000 }, () => withTimeLimit({ timeoutMs: 60_000, signal }, async () => undefined)),
  );
  await withTimeLimit({ timeoutMs: 60_000, signal }, () => Promise.reject(new Error('no'))).catch(
    () => undefined,
  );
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(timers()).toBe(before);
});

test('work that does not notice the abort is not waited for', async () => {
  const limit = new AbortController();
  const never = orAborted(new Promise<never>(() => undefined), limit.signal);
  limit.abort(new Error('over'));
  await expect(never).rejects.toThrow('over');
  await expect(orAborted(new Promise<never>(() => undefined), limit.signal)).rejects.toThrow('over');
  expect(await orAborted(Promise.resolve('done'), new AbortController().signal)).toBe('done');
  expect(getEventListeners(limit.signal, 'abort')).toEqual([]);
});
