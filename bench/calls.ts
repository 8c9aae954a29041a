/** (a) API calls for the storm, and (b) the time to drain it. */
import { stormEvents, stormSessions } from '../cli/storm.ts';
import { sqsEvent } from '../test/support/records.ts';
import { startStage } from '../test/support/stage.ts';
import { buildPeers, NAMES } from './contestants.ts';
import { type Part, shown } from './report.ts';
import { drain } from './storm.ts';

const MATCHES = 1000;
const EVENTS = 11 * MATCHES;
/** Whole matches in one batch of 1,000 records. */
const MATCHES_A_BATCH = 90;
const RATE = 10;
const LATENCY_MS = 50;
/** Environments, and the goals. AWS runs two or more. */
const SHUFFLED = [
  { environments: 1 },
  { environments: 2, mostCalls: 40, mostSeconds: 6 },
  { environments: 5, mostCalls: 60 },
];
/** What is measured of a peer; the rest is extrapolated. */
const PREFIX = 330;

/** Calls: each match within one batch, and shuffled through the queue. */
export async function calls(): Promise<Part> {
  const whole = await wholeMatches();
  const shuffled = [];
  for (const { environments, mostCalls, mostSeconds } of SHUFFLED) {
    const { calls: made, seconds } = await drain({
      contestant: 'session-events',
      events: stormEvents(MATCHES, { seed: 2, shuffle: true }),
      matches: MATCHES,
      seed: 2,
      rate: RATE,
      apiRate: RATE,
      latencyMs: LATENCY_MS,
      batchSize: 1000,
      maximumConcurrency: environments,
    });
    shuffled.push({
      what: `shuffled, ${environments} environment${environments === 1 ? '' : 's'}`,
      measured: `${made} calls, ${shown(EVENTS / made)} times fewer; drained in ${shown(seconds)} s`,
      ...(mostCalls !== undefined && {
        goal: `≤ ${mostCalls} calls${mostSeconds === undefined ? '' : `, ≤ ${mostSeconds} s`}`,
        met: made <= mostCalls && seconds <= (mostSeconds ?? Number.POSITIVE_INFINITY),
      }),
    });
  }
  return {
    title: 'API calls',
    how: `${MATCHES} matches of ten players end together: ${shown(EVENTS)} events, counted at the sandbox API. Shuffled means in random order, through the queue, by environments that share the memory's table, at ${RATE} requests a second in all and ${LATENCY_MS} ms a call. A handler with one call a record makes ${shown(EVENTS)}.`,
    findings: [
      {
        what: 'each match within one batch',
        measured: `${whole} calls, ${shown(EVENTS / whole)} times fewer`,
        goal: '≤ 25',
        met: whole <= 25,
      },
      ...shuffled,
    ],
  };
}

async function wholeMatches(): Promise<number> {
  const stage = await startStage();
  stage.sandbox.store.add(stormSessions(MATCHES, 1));
  const events = stormEvents(MATCHES, { seed: 1, shuffle: false });
  const { invoke } = await stage.sessionEvents();
  const size = MATCHES_A_BATCH * 11;
  for (let start = 0; start < events.length; start += size)
    await invoke(sqsEvent(events.slice(start, start + size)));
  const made = stage.sandbox.requests().length;
  await stage.stop();
  return made;
}

/** Time to drain, against the peers. */
export async function drainTime(): Promise<Part> {
  await buildPeers();
  const storm = {
    matches: MATCHES,
    seed: 3,
    rate: RATE,
    apiRate: RATE,
    latencyMs: LATENCY_MS,
    maximumConcurrency: 2,
  };
  const events = stormEvents(MATCHES, { seed: 3, shuffle: false });
  const ours = await drain({ ...storm, contestant: 'session-events', events, batchSize: 1000 });
  const peers = [];
  for (const contestant of ['middy', 'powertools'] as const) {
    const { seconds } = await drain({ ...storm, contestant, events: events.slice(0, PREFIX), batchSize: 10 });
    peers.push({ name: NAMES[contestant], seconds: (seconds / PREFIX) * EVENTS });
  }
  const best = Math.min(...peers.map(({ seconds }) => seconds));
  return {
    title: 'Time to drain',
    how: `The same ${shown(EVENTS)} events at ${RATE} requests a second and ${LATENCY_MS} ms a call, from the first receive to the last acknowledgement, two environments each. Peers work in batches of 10, with the same HTTP client, which tries 429 again; they are measured for the first ${PREFIX} events and extrapolated.`,
    findings: [
      {
        what: NAMES['session-events'],
        measured: `${shown(ours.seconds)} s, ${ours.calls} calls`,
        goal: '≤ 2.5 s',
        met: ours.seconds <= 2.5,
      },
      ...peers.map(({ name, seconds }) => ({ what: name, measured: `${shown(seconds)} s (extrapolated)` })),
      {
        what: 'against the best peer',
        measured: `${shown(best / ours.seconds)} times faster`,
        goal: '≥ 150 times',
        met: best / ours.seconds >= 150,
      },
    ],
  };
}
