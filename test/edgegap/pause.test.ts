/** The pause that the API asks for, on a clock that the test moves, and over HTTP. */
import { describe, expect, test } from 'vitest';
import type { Pause } from '../../lib/edgegap/pause.ts';
import { createPause } from '../../lib/edgegap/pause.ts';
import { failure, scripted, withoutBackOff } from './scripted.ts';

const MINUTE = 60_000;

function clock() {
  let nowMs = 0;
  const pause = createPause(() => nowMs);
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { pause, pass, at: () => nowMs };
}

/** An attempt that ends at once. */
const tries = (pause: Pause, finding: Parameters<ReturnType<Pause['start']>>[0]) => pause.start()(finding);
const asks = (retryAfterMs: number) => ({ health: 'ill' as const, retryAfterMs });

describe('a pause', () => {
  test('of a few seconds is waited out; then one attempt goes first', () => {
    const { pause, pass } = clock();
    tries(pause, asks(3000));
    expect([pause.waitMs(), pause.leftMs()]).toEqual([3000, 3000]);
    pass(3000);
    expect(pause.waitMs()).toBe(0);
    const probe = pause.start();
    expect(pause.waitMs()).toBe(Number.POSITIVE_INFINITY);
    probe({ health: 'well' });
    expect([pause.waitMs(), pause.leftMs()]).toEqual([0, 0]);
  });

  test('of 15 minutes ends at the first probe, after 5 seconds, where the API is well', () => {
    const { pause, pass } = clock();
    tries(pause, asks(15 * MINUTE));
    expect([pause.waitMs(), pause.leftMs()]).toEqual([5000, 15 * MINUTE]);
    pass(5000);
    tries(pause, { health: 'well' });
    expect(pause.waitMs()).toBe(0);
  });

  test('that the API asks for again and again is probed less and less, at least every minute', () => {
    const { pause, pass } = clock();
    const waits: number[] = [];
    for (let probe = 0; probe < 7; probe += 1) {
      tries(pause, asks(15 * MINUTE));
      waits.push(pause.waitMs());
      pass(pause.waitMs());
    }
    expect(waits).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
  });

  test('counts as over for the attempt that is due, and for those that wait for what it finds', () => {
    const { pause, pass } = clock();
    tries(pause, asks(15 * MINUTE));
    pass(5000);
    expect(pause.leftMs()).toBe(0);
    const probe = pause.start();
    expect(pause.leftMs()).toBe(0);
    probe(asks(10 * MINUTE));
    expect(pause.leftMs()).toBe(10 * MINUTE);
  });

  test('of attempts that were on their way together is the longest of theirs', () => {
    const { pause } = clock();
    const ends = [pause.start(), pause.start(), pause.start()];
    ends[0]?.(asks(1000));
    ends[1]?.(asks(4000));
    ends[2]?.(asks(2000));
    expect(pause.waitMs()).toBe(4000);
  });

  test('does not end because an attempt that was sent before it succeeds', () => {
    const { pause } = clock();
    const [slow, refused] = [pause.start(), pause.start()];
    refused(asks(2000));
    slow({ health: 'well' });
    expect(pause.waitMs()).toBe(2000);
  });

  test('goes on for a second after a probe that had no answer', () => {
    const { pause, pass } = clock();
    tries(pause, asks(1000));
    pass(1000);
    tries(pause, { health: 'ill' });
    expect([pause.waitMs(), pause.leftMs()]).toEqual([1000, 1000]);
  });

  test('is probed by the next attempt where the probe was aborted', () => {
    const { pause, pass } = clock();
    tries(pause, asks(1000));
    pass(1000);
    tries(pause, { health: 'unknown' });
    expect(pause.waitMs()).toBe(0);
  });
});

describe('the client, when the API asks for a pause', () => {
  const deleted = { status: 200, body: {} };
  const paused = (seconds: number, status = 429) => ({ status, headers: { 'retry-after': String(seconds) } });

  test.each([429, 503])('waits it out before any call (%i)', async (status) => {
    const { client, seen } = await scripted([paused(1, status), deleted]);
    await client.sessionDelete('a', { deadline: Date.now() + 10_000 });
    await client.sessionDelete('b');
    const [first, second] = seen;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
  });

  test('sends one call first; the others follow when the API answers it', async () => {
    withoutBackOff();
    const script = [paused(1), 'hang' as const, deleted];
    const { client, seen, attempts, counted } = await scripted(script, { timeoutMs: 500 });
    const call = { ...counted, deadline: Date.now() + 20_000 };
    const calls = [client.sessionDelete('a', call)];
    await expect.poll(() => attempts.length).toBe(1);
    calls.push(...Array.from({ length: 5 }, (_, index) => client.sessionDelete(`b${index}`, call)));
    await Promise.all(calls);
    // The probe hangs. Nobody else is sent until it has failed and, a second later, the next one succeeded.
    const [paused429, probe, second] = attempts;
    expect([paused429?.status, probe?.status, second?.status]).toEqual([429, undefined, 200]);
    expect((seen[2]?.atMs ?? 0) - (seen[1]?.atMs ?? 0)).toBeGreaterThanOrEqual(1450);
    expect(seen).toHaveLength(8);
  });

  test('rejects at once where the pause does not fit the time left, for later calls too', async () => {
    const { client, seen } = await scripted([paused(60), deleted]);
    const call = { deadline: Date.now() + 10_000 };
    const error = await failure(client.sessionDelete('a', call));
    expect(error).toMatchObject({ code: 'THROTTLED', status: 429, retryAfterMs: 60_000 });
    const later = await failure(client.sessionDelete('b', call));
    expect(later).toMatchObject({ code: 'THROTTLED' });
    expect(later.retryAfterMs).toBeGreaterThan(50_000);
    expect(seen).toHaveLength(1);
  });

  test('rejects calls that wait for their turn, too', async () => {
    const { client, seen } = await scripted([paused(60)], { concurrency: 1 });
    const call = { deadline: Date.now() + 10_000 };
    const calls = Array.from({ length: 20 }, () => failure(client.sessionDelete('a', call)));
    for (const error of await Promise.all(calls)) expect(error.code).toBe('THROTTLED');
    expect(seen).toHaveLength(1);
  });

  test('does not wait for a long pause without a deadline', async () => {
    const { client } = await scripted([paused(600)]);
    expect(await failure(client.sessionDelete('a'))).toMatchObject({ retryAfterMs: 600_000 });
    expect(await failure(client.sessionDelete('b'))).toMatchObject({ code: 'THROTTLED' });
  });
});
