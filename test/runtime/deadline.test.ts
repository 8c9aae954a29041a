/** A time limit for one piece of work, and what is left of it afterwards. */
import { getEventListeners, once } from 'node:events';
import { expect, test } from 'vitest';
import { withDeadline } from '../../lib/runtime/deadline.ts';

const aborted = async (signal: AbortSignal): Promise<unknown> => {
  if (!signal.aborted) await once(signal, 'abort');
  return signal.reason;
};
const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

test('returns what the work returns, and rejects with what the work rejects with', async () => {
  expect(await withDeadline(1000, undefined, async () => 'done')).toBe('done');
  await expect(withDeadline(1000, undefined, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('the signal aborts when the time is over, and says so', async () => {
  expect(await withDeadline(1, undefined, aborted)).toMatchObject({
    name: 'TimeoutError',
    message: 'No answer within 1 ms.',
  });
});

test("the signal aborts with the outer one, for the outer one's reason", async () => {
  const outer = new AbortController();
  const work = withDeadline(60_000, outer.signal, aborted);
  outer.abort('over');
  expect(await work).toBe('over');
  expect(await withDeadline(60_000, outer.signal, aborted)).toBe('over');
});

test('a thousand calls leave no timer, and no listener on the outer signal', async () => {
  const { signal } = new AbortController();
  const before = timers();
  await Promise.all(Array.from({ length: 1000 }, () => withDeadline(60_000, signal, async () => undefined)));
  await withDeadline(60_000, signal, () => Promise.reject(new Error('no'))).catch(() => undefined);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(timers()).toBe(before);
});
