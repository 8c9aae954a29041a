/**
 * Users who leave, and come back while their removal may still be on its way: events in real time through real SQS into
 * environments that share one table and are killed, against an API that fails now and then.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../cli/random.ts';
import { publishEvents } from '../../lib/sqs/publish.ts';
import { startEventSource } from '../../local/event-source.ts';
import { startStage } from '../support/stage.ts';
import { createEnvironments, type Environments } from './environments.ts';

const USERS_A_SESSION = 10;
const REJOIN_AFTER_MS = { from: 500, to: 20_000 };
const FAULTS = { serverError: 0.05, throttle: 0.05, retryAfterSeconds: null, lostAnswer: 0.02 };
/** How many of the invocations are killed, and within which time after their start. */
const KILLED = 0.15;
const KILLED_WITHIN_MS = 300;
const SEND_EVERY_MS = 100;

/** How much, how long, and in how many environments. */
export interface RejoinOptions {
  seed: number;
  users: number;
  environments: number;
  /** All leave within this time. Milliseconds. */
  leaveWithinMs: number;
}

/** What a run found. */
export interface RejoinReport {
  users: number;
  rejoined: number;
  events: number;
  kills: number;
  apiCalls: number;
  seconds: number;
  /** Users that are there and should not be, or the other way round. */
  wrong: string[];
  /** Messages in the dead-letter queue. */
  dead: number;
}

/** Something that a user does, some time after the start. */
interface Step {
  atMs: number;
  type: 'user.left' | 'user.joined';
  session_id: string;
  ip: string;
}

/** Every user leaves, and half of them come back. Then it waits until the queue is empty, and compares. */
export async function runRejoins(options: RejoinOptions): Promise<RejoinReport> {
  const steps = stepsOf(options);
  const stage = await startStage({
    visibilityTimeoutSeconds: 8,
    memory: true,
    env: { API_RATE: '300', API_TIMEOUT_MS: '1000' },
  });
  const { client, queueUrl, sandbox } = stage;
  sandbox.store.add(sessionsOf(options.users));
  sandbox.faults.set(FAULTS);
  const environments = createEnvironments(stage.environment());
  const source = startEventSource({
    client,
    queueUrl,
    batchSize: 200,
    windowMs: 500,
    maximumConcurrency: options.environments,
    invoke: killing(environments, seededRandom(options.seed)),
  });
  const startedAt = Date.now();
  await sendInTime(steps, (events) => publishEvents(events, { client, queueUrl }));
  await stage.drained();
  await source.stop();
  environments.stop();
  const rejoined = new Set(steps.filter(({ type }) => type === 'user.joined').map(({ ip }) => ip));
  const there = new Set(sandbox.store.sessions().flatMap(({ users }) => users));
  const report = {
    users: options.users,
    rejoined: rejoined.size,
    events: steps.length,
    kills: environments.kills,
    apiCalls: sandbox.requests().length,
    seconds: Math.round((Date.now() - startedAt) / 1000),
    wrong: [...rejoined.symmetricDifference(there)],
    dead: stage.deadLetterCount(),
  };
  await stage.stop();
  return report;
}

function ipOf(user: number): string {
  return `10.${user >> 16}.${(user >> 8) & 255}.${user & 255}`;
}

function sessionIdOf(user: number): string {
  return `rejoin-${Math.floor(user / USERS_A_SESSION)}`;
}

function sessionsOf(users: number) {
  const all = Array.from({ length: users }, (_, user) => user);
  return [...Map.groupBy(all, sessionIdOf)].map(([session_id, own]) => ({
    session_id,
    users: own.map(ipOf),
  }));
}

/** By time. */
function stepsOf({ seed, users, leaveWithinMs }: RejoinOptions): Step[] {
  const random = seededRandom(seed);
  const steps = Array.from({ length: users }, (_, user): Step[] => {
    const where = { session_id: sessionIdOf(user), ip: ipOf(user) };
    const leave: Step = { ...where, type: 'user.left', atMs: random() * leaveWithinMs };
    if (random() < 0.5) return [leave];
    const afterMs = REJOIN_AFTER_MS.from + random() * (REJOIN_AFTER_MS.to - REJOIN_AFTER_MS.from);
    return [leave, { ...where, type: 'user.joined', atMs: leave.atMs + afterMs }];
  });
  return steps.flat().sort((a, b) => a.atMs - b.atMs);
}

async function sendInTime(
  steps: readonly Step[],
  send: (events: readonly object[]) => Promise<{ sent: number }>,
): Promise<void> {
  const startedAt = Date.now();
  for (let next = 0; next < steps.length; ) {
    const due = steps.slice(next).filter(({ atMs }) => atMs <= Date.now() - startedAt);
    const events = due.map(({ type, session_id, ip }) => ({ type, data: { session_id, ip_list: [ip] } }));
    const { sent } = await send(events);
    if (sent < events.length) throw new Error(`Only ${sent} of ${events.length} events were sent.`);
    next += due.length;
    await sleep(SEND_EVERY_MS);
  }
}

/** Some invocations are killed a moment after their start. */
function killing({ invoke, kill }: Environments, random: () => number): Environments['invoke'] {
  return async (event) => {
    const timer = random() < KILLED ? setTimeout(kill, random() * KILLED_WITHIN_MS) : undefined;
    try {
      return await invoke(event);
    } finally {
      clearTimeout(timer);
    }
  };
}
