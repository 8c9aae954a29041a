/** How the time of an invocation is divided, and that nothing of it is kept. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { acknowledgeMs, invocationTime } from '../../lib/runtime/invocation-time.ts';

const context = (remainingMs: number) => ({ getRemainingTimeInMillis: () => remainingMs });
const { signal } = new AbortController();

test.each([
  [60_000, 55_000],
  [10_000, 5000],
  [3000, 1500],
  [0, 0],
])('of %i ms, the calls have %i', (remainingMs, callsMs) => {
  const before = Date.now();
  const { deadline } = invocationTime(context(remainingMs), signal);
  expect(deadline).toBeGreaterThanOrEqual(before + callsMs);
  expect(deadline).toBeLessThanOrEqual(Date.now() + callsMs);
});

test.each([
  [60_000, 4500],
  [5000, 4500],
  [1500, 1000],
  [400, 0],
])('with %i ms left, acknowledging has %i: half a second is kept for the response', (remainingMs, ms) => {
  expect(acknowledgeMs(context(remainingMs))).toBe(ms);
});

test("the calls end with middy's signal, and when their time is over", async () => {
  const early = new AbortController();
  const time = invocationTime(context(60_000), early.signal);
  early.abort();
  expect(time.signal.aborted).toBe(true);
  const short = invocationTime(context(2), signal);
  await expect.poll(() => short.signal.aborted).toBe(true);
});

test('nothing of a thousand invocations is kept, although their time is not over', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const kept = Array.from({ length: 1000 }, () => {
    const early = new AbortController();
    const time = invocationTime(context(60_000), early.signal);
    // What a call does: it listens, and stops listening when it is done.
    const listener = () => undefined;
    time.signal.addEventListener('abort', listener);
    time.signal.removeEventListener('abort', listener);
    return [new WeakRef(time.signal), new WeakRef(early.signal)];
  }).flat();
  await expect
    .poll(() => {
      collect();
      return kept.filter((reference) => reference.deref() !== undefined).length;
    })
    .toBe(0);
});
