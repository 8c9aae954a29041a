/** Nothing lost, nothing wrong: a short chaos run. `npm run chaos` is the long one. */
import { expect, test } from 'vitest';
import { runChaos } from './chaos.ts';

const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1e6));

test(`chaos with seed ${seed}: every event is applied or a dead letter, and nothing else is touched`, {
  timeout: 115_000,
}, async () => {
  const report = await runChaos({ seed, events: 600, faultMs: 1000, environments: 3 });
  console.info(`chaos: ${JSON.stringify(report)}`);
  expect(report).toMatchObject({ wrong: [], misplaced: [], dangerous: 0, keyLeaked: false });
  expect(report.kills).toBeGreaterThan(0);
});
