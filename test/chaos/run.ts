/**
 * `npm run chaos`: a long run; CHAOS_SEED repeats one; CHAOS_EVENTS (5000), CHAOS_FAULT_MS (10000) and CHAOS_ENVIRONMENTS (3)
 * size it. `npm run chaos -- rejoin`: CHAOS_USERS (5000) users leave, and half of them come back.
 */
import { runChaos } from './chaos.ts';
import { runRejoins } from './rejoin.ts';

const { CHAOS_SEED, CHAOS_EVENTS = '5000', CHAOS_FAULT_MS = '10000', CHAOS_ENVIRONMENTS = '3' } = process.env;
const { CHAOS_USERS = '5000' } = process.env;
const seed = Number(CHAOS_SEED ?? Math.floor(Math.random() * 1e6));
const environments = Number(CHAOS_ENVIRONMENTS);

console.log(`chaos: seed ${seed}`);
const failed = process.argv.includes('rejoin') ? await rejoin() : await chaos();
console.log(failed ? 'FAILED' : 'Nothing lost, nothing wrong.');
process.exitCode = failed ? 1 : 0;

async function chaos(): Promise<boolean> {
  const size = { events: Number(CHAOS_EVENTS), faultMs: Number(CHAOS_FAULT_MS), environments };
  const report = await runChaos({ seed, ...size });
  console.log(JSON.stringify(report, null, 2));
  const { wrong, misplaced, dangerous, keyLeaked } = report;
  return wrong.length > 0 || misplaced.length > 0 || dangerous > 0 || keyLeaked;
}

async function rejoin(): Promise<boolean> {
  const report = await runRejoins({ seed, users: Number(CHAOS_USERS), environments, leaveWithinMs: 30_000 });
  console.log(JSON.stringify(report, null, 2));
  return report.wrong.length > 0 || report.dead > 0;
}
