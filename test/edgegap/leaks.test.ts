/** What calls leave behind. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('10,000 calls over one signal leave no signal, no listener and no timer behind, and the heap is flat', async () => {
  const script = new URL('many-calls.ts', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script]);
  const { before, after } = JSON.parse(stdout);
  expect(after).toMatchObject({ signals: before.signals, listeners: 0, timers: 0 });
  // A kept signal has about 0.4 KB: 10,000 of them would be 4 MB and more.
  expect(after.heapBytes - before.heapBytes).toBeLessThan(3_000_000);
}, 120_000);
