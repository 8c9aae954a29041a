/** The guard: many stale sessions mean that something else is wrong. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { tripsGuard } from '../../lib/sweep/guard.ts';
import { type NewSession, type Sandbox, startSandbox } from '../../local/sandbox/index.ts';
import { sweepOver } from './support.ts';

const MINUTE = 60_000;

describe('what trips the guard', () => {
  test.each([
    ['as many as allowed', { stale: 500, undecided: 0, stoppedBefore: 0 }, false],
    ['one more', { stale: 501, undecided: 0, stoppedBefore: 0 }, true],
    ['with the undecided as many as allowed', { stale: 100, undecided: 400, stoppedBefore: 0 }, false],
    ['with the undecided one more', { stale: 100, undecided: 401, stoppedBefore: 0 }, true],
    ['with earlier stops as many as allowed', { stale: 200, undecided: 0, stoppedBefore: 300 }, false],
    ['with earlier stops one more', { stale: 200, undecided: 0, stoppedBefore: 301 }, true],
    ['with both one more', { stale: 1, undecided: 250, stoppedBefore: 250 }, true],
    ['nothing to stop', { stale: 0, undecided: 9000, stoppedBefore: 500 }, false],
  ])('%s', (_name, intent, tripped) => {
    expect(tripsGuard(intent, 500)).toBe(tripped);
  });
});

describe('over the API', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    sandbox = await startSandbox({ rate: Number.POSITIVE_INFINITY, kind: true });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await sandbox.stop();
  });

  function addStale(count: number, name: string): void {
    const created_at = Date.now() - 60 * MINUTE;
    const sessions = Array.from({ length: count }, (_, index): NewSession => {
      return { session_id: `${name}${index}`, deployment_request_id: 'dep', users: [], created_at };
    });
    sandbox.store.add(sessions);
  }

  test('200 stale sessions, of which there is time to look at a few: none is stopped, run after run', async () => {
    addStale(200, 'stale');
    const { sweep } = sweepOver(sandbox.url, { env: { SWEEP_MAX_STOPS: '50' }, callMs: () => 500 });
    for (let run = 0; run < 3; run += 1) {
      const report = await sweep({ deadline: Date.now() + 30_000 });
      expect(report).toMatchObject({ guardTripped: true, stopped: [], complete: false, candidates: 200 });
      expect(report.rows.length).toBeLessThan(50);
      expect(report.undecided).toBe(200 - report.rows.length);
    }
    expect(sandbox.store.deletedIds()).toEqual([]);
  });

  test('stops count for an hour: 40 every ten minutes are not stopped for ever', async () => {
    const { sweep } = sweepOver(sandbox.url, { env: { SWEEP_MAX_STOPS: '50' } });
    addStale(40, 'first');
    expect((await sweep()).stopped).toHaveLength(40);
    vi.setSystemTime(Date.now() + 10 * MINUTE);
    addStale(11, 'second');
    expect(await sweep()).toMatchObject({ guardTripped: true, stopped: [], stoppedBefore: 40 });
    vi.setSystemTime(Date.now() + 50 * MINUTE + 1000);
    expect(await sweep()).toMatchObject({ guardTripped: false, stoppedBefore: 0 });
    expect(sandbox.store.sessions()).toEqual([]);
  });

  test('as many as SWEEP_MAX_STOPS within an hour are stopped', async () => {
    const { sweep } = sweepOver(sandbox.url, { env: { SWEEP_MAX_STOPS: '50' } });
    addStale(40, 'first');
    await sweep();
    addStale(10, 'second');
    expect(await sweep()).toMatchObject({ guardTripped: false, stoppedBefore: 40 });
    expect(sandbox.store.sessions()).toEqual([]);
  });
});
