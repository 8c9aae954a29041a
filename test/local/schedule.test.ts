import { expect, test, vi } from 'vitest';
import { startSchedule } from '../../local/schedule.ts';

test('runs again and again, one at a time, and goes on after a run that failed', async () => {
  const errors: unknown[] = [];
  let runs = 0;
  let running = 0;
  let most = 0;
  const run = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    runs += 1;
    if (runs === 1) throw new Error('the API is down');
  };
  const schedule = startSchedule(run, 1, (error) => errors.push(error));
  await vi.waitFor(() => expect(runs).toBeGreaterThan(3));
  await schedule.stop();
  const ended = runs;
  expect(most).toBe(1);
  expect(errors).toEqual([new Error('the API is down')]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(runs).toBe(ended);
});
