/** (d) CPU of the pure parts against JSON.parse, and (g) how calls and CPU grow. */
import { stormEvents, stormSessions } from '../cli/storm.ts';
import { decode } from '../lib/session-events/decode.ts';
import { planBatch } from '../lib/session-events/plan.ts';
import { settle } from '../lib/session-events/settle.ts';
import type { TargetResult } from '../lib/session-events/types.ts';
import { NOTHING_KNOWN } from '../test/support/memory-view.ts';
import { sqsEvent } from '../test/support/records.ts';
import { startStage } from '../test/support/stage.ts';
import { median, type Part, shown } from './report.ts';

const LIMITS = { bulkStopChunk: 500, budgetCalls: 20, graceMs: 0 };
const WARM_UP = 20;
const ROUNDS = 41;
const SIZES = [100, 1000, 10_000];

/** Records of whole matches, shuffled, at most this many. */
function recordsOf(size: number) {
  const events = stormEvents(Math.ceil(size / 11), { seed: 4, shuffle: true });
  return sqsEvent(events.slice(0, size)).Records;
}

/** Decode, plan and settle; every call is as if it had succeeded. */
function pureParts(records: ReturnType<typeof recordsOf>): number {
  const decoded = decode(records, Date.now());
  const plan = planBatch(decoded.events, NOTHING_KNOWN, LIMITS);
  const results = [...plan.deletions, ...plan.additions, ...plan.removals].flatMap((call) =>
    call.targets.map((target): TargetResult => ({ target, outcome: { kind: 'done' } })),
  );
  return settle(records.length, decoded, plan, results, []).length;
}

/** The median of a piece of work in milliseconds, warm. */
function timed(work: () => unknown): number {
  for (let round = 0; round < WARM_UP; round += 1) work();
  const times = Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now();
    work();
    return performance.now() - startedAt;
  });
  return median(times);
}

/** (d). */
export async function cpu(): Promise<Part> {
  const records = recordsOf(1000);
  const parse = timed(() => records.map(({ body }) => JSON.parse(body)));
  const ours = timed(() => pureParts(records));
  return {
    title: 'CPU',
    how: `A batch of 1,000 events: decode, plan and settle, against \`JSON.parse\` of the same 1,000 bodies (medians of ${ROUNDS} rounds, warm, in one process).`,
    findings: [
      { what: '`JSON.parse`', measured: `${shown(parse)} ms` },
      {
        what: 'decode + plan + settle',
        measured: `${shown(ours)} ms, ${shown(ours / parse)} times`,
        goal: '≤ 3 times',
        met: ours / parse <= 3,
      },
    ],
  };
}

/** (g). */
export async function growth(): Promise<Part> {
  const findings = [];
  for (const size of SIZES) {
    const records = recordsOf(size);
    const ms = timed(() => pureParts(records));
    const calls = await callsFor(size);
    const measured = `${calls} calls; ${shown(ms)} ms CPU, ${shown((ms / size) * 1000)} µs an event`;
    findings.push({ what: `${shown(size)} events in one batch`, measured });
  }
  return { title: 'Growth', how: 'Shuffled events of whole matches, each size in one invocation.', findings };
}

async function callsFor(size: number): Promise<number> {
  const stage = await startStage();
  stage.sandbox.store.add(stormSessions(Math.ceil(size / 11), 4));
  const { invoke } = await stage.sessionEvents({ API_RATE: '1000' });
  await invoke({ Records: recordsOf(size) });
  const calls = stage.sandbox.requests().length;
  await stage.stop();
  return calls;
}
