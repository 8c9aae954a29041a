/** What calls leave behind. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('10,000 calls over one signal leave no signal, no listener and no timer behind, and the heap is flat', async () => {
  const script = new URL('many-calls.ts', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  const { before, after } = JSON.parse(stdout);
  expect(after).toMatchObject({ signals: before.signals, listeners: 0, timers: 0 });
  // With AbortSignal.any, 10,000 calls keep 20,000 signals and 12 MB.
  expect(after.heapBytes - before.heapBytes).toBeLessThan(6_000_000);
}, 120_000);
