/** `npm run chaos`: a long run. CHAOS_SEED repeats one; CHAOS_EVENTS (5000) CHAOS_FAULT_MS (10000) and CHAOS_ENVIRONMENTS (3) size it. */
import { runChaos } from './chaos.ts';

const { CHAOS_SEED, CHAOS_EVENTS = '5000', CHAOS_FAULT_MS = '10000', CHAOS_ENVIRONMENTS = '3' } = process.env;
const seed = Number(CHAOS_SEED ?? Math.floor(Math.random() * 1e6));
console.log(`chaos: seed ${seed}`);
const report = await runChaos({
  seed,
  events: Number(CHAOS_EVENTS),
  faultMs: Number(CHAOS_FAULT_MS),
  environments: Number(CHAOS_ENVIRONMENTS),
});
console.log(JSON.stringify(report, null, 2));
const { wrong, misplaced, dangerous, keyLeaked } = report;
const failed = wrong.length > 0 || misplaced.length > 0 || dangerous > 0 || keyLeaked;
console.log(failed ? 'FAILED' : 'Nothing lost, nothing wrong.');
process.exitCode = failed ? 1 : 0;
