/**
 * A small world for the order protocol: a queue that redelivers, environments that are killed between any two steps,
 * an API whose answers get lost, and one register that all environments share. The protocol is the real code.
 */
import type fc from 'fast-check';
import { applyInOrder, type CallUsers, type Settled } from '../../lib/memory/order.ts';
import { createRegister, entryOf, type Register } from '../../lib/memory/register.ts';
import { isLater, type UserAction, type UserChange } from '../../lib/memory/types.ts';

/** An event about some users of the one session. */
export interface UserEvent {
  event: string;
  action: UserAction;
  addresses: readonly string[];
  timeMs: number;
  sentAtMs: number;
}

/** What happens in a world. Chances are from 0 to 1. */
export interface Scenario {
  events: readonly UserEvent[];
  /** Who is in the session at first. */
  users: readonly string[];
  environments: number;
  /** The chance of an invocation to be killed at one of its first steps. */
  kills: number;
  /** The chance of a call to fail, and of its answer to get lost after it was carried out. */
  failures: number;
  /** Messages that an invocation receives at most. */
  batchSize: number;
  /** Removals are held back on their first receive. */
  grace: boolean;
  /** For all other choices. */
  seed: number;
}

/** What a protocol with a part taken out does otherwise. */
export interface Variant {
  register?: (register: Register) => Register;
  change?: (change: UserChange) => UserChange;
}

interface Message {
  body: UserEvent;
  receives: number;
  /** Receives that only held it back. */
  holds: number;
  state: 'waiting' | 'in flight' | 'acknowledged';
}

/** How a world ended. */
export interface Ended {
  /** Who is in the session. */
  users: ReadonlySet<string>;
  calls: number;
}

interface World extends Ended {
  scheduler: fc.Scheduler;
  scenario: Scenario;
  variant: Variant;
  random: () => number;
  chance: (probability: number) => boolean;
  register: Register;
  users: Set<string>;
  queue: Message[];
  /** Invocations under way. */
  running: number;
  kills: number;
  calls: number;
}

const SESSION = 'session';
const MOST_KILLS = 8;
const LONGEST_LIFE = 14;
const MOST_STEPS = 3000;

/** Runs a world until its queue is empty. Throws when it never is. */
export async function runWorld(
  scheduler: fc.Scheduler,
  scenario: Scenario,
  variant: Variant = {},
): Promise<Ended> {
  const random = mulberry32(scenario.seed);
  const world: World = {
    scheduler,
    scenario,
    variant,
    random,
    chance: (probability) => random() < probability,
    register: createRegister(100),
    users: new Set(scenario.users),
    queue: scenario.events.map((body) => ({ body, receives: 0, holds: 0, state: 'waiting' })),
    running: 0,
    kills: 0,
    calls: 0,
  };
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    const waiting = world.queue.filter(({ state }) => state === 'waiting');
    if (waiting.length === 0 && world.running === 0) return world;
    const isFree = world.running < scenario.environments;
    if (waiting.length > 0 && isFree && (world.running === 0 || world.chance(0.3))) {
      const size = 1 + Math.floor(random() * scenario.batchSize);
      void invoke(shuffled(waiting, random).slice(0, size), world);
    }
    if (scheduler.count() > 0) await scheduler.waitOne();
    else await new Promise(setImmediate);
  }
  throw new Error('The queue never became empty.');
}

/** An environment receives messages, handles them, and acknowledges those that are settled, unless it is killed. */
async function invoke(batch: readonly Message[], world: World): Promise<void> {
  world.running += 1;
  for (const message of batch) {
    message.receives += 1;
    message.state = 'in flight';
  }
  const step = stepsOf(batch, world);
  const register = registerOf(world, step);
  const held = batch.filter((message) => isHeld(message, world.scenario));
  for (const message of held) {
    for (const change of changesOf([message])) await register.hold(entryOf(change));
    message.holds += 1;
  }
  const handled = batch.filter((message) => !held.includes(message));
  const { variant } = world;
  const changes = changesOf(handled).map(variant.change ?? ((change) => change));
  const outcomes = await applyInOrder(changes, {
    register: variant.register?.(register) ?? register,
    call: (users) => callApi(users, world, step),
  });
  for (const message of batch) message.state = 'waiting';
  for (const message of handled) if (isSettled(message, changes, outcomes)) message.state = 'acknowledged';
  world.running -= 1;
}

type Step = (label: string) => Promise<void>;

/** The steps of an invocation: at each, any step of the others may come first. A killed one never returns. */
function stepsOf(batch: readonly Message[], world: World): Step {
  const isKilled = world.kills < MOST_KILLS && world.chance(world.scenario.kills);
  let life = isKilled ? 1 + Math.floor(world.random() * LONGEST_LIFE) : Number.POSITIVE_INFINITY;
  return async (label) => {
    await world.scheduler.schedule(Promise.resolve(), label);
    life -= 1;
    if (life > 0) return;
    if (life === 0) {
      world.kills += 1;
      world.running -= 1;
      for (const message of batch) message.state = 'waiting';
    }
    await new Promise(() => undefined);
  };
}

/** The one register, with steps before and after each operation. */
function registerOf({ register }: World, step: Step): Register {
  async function around<T>(label: string, operation: () => Promise<T>): Promise<T> {
    await step(`before ${label}`);
    const result = await operation();
    await step(`after ${label}`);
    return result;
  }
  return {
    claim: (entry) => around('claim', () => register.claim(entry)),
    confirm: (entry) => around('confirm', () => register.confirm(entry)),
    assume: (entry) => around('assume', () => register.assume(entry)),
    hold: (entry) => around('hold', () => register.hold(entry)),
  };
}

/** The API. It may fail, before or after it did what it was asked. */
async function callApi(
  { action, addresses }: Parameters<CallUsers<unknown>>[0],
  world: World,
  step: Step,
): Promise<{ outcome: 'done' | 'retry' }[]> {
  await step(`before ${action}`);
  const fails = world.chance(world.scenario.failures);
  if (!fails || world.chance(0.5)) {
    world.calls += 1;
    for (const address of addresses) setUser(world.users, address, action);
  }
  await step(`after ${action}`);
  return addresses.map(() => ({ outcome: fails ? 'retry' : 'done' }));
}

function setUser(users: Set<string>, address: string, action: UserAction): void {
  if (action === 'join') users.add(address);
  else users.delete(address);
}

/** Who must be in the session at last: for each user the latest event says. */
export function expectedUsers({ events, users }: Scenario): Set<string> {
  const expected = new Set(users);
  const addresses = new Set(events.flatMap((event) => event.addresses));
  for (const address of addresses) {
    const about = events.filter((event) => event.addresses.includes(address));
    const latest = about.reduce((a, b) => (isLater(b, a) ? b : a));
    setUser(expected, address, latest.action);
  }
  return expected;
}

function isHeld({ body, receives }: Message, { grace }: Scenario): boolean {
  return grace && body.action === 'leave' && receives === 1;
}

/** What the plan makes of a batch: for each user the latest event, with the receive counts of those merged into it. */
function changesOf(messages: readonly Message[]): UserChange[] {
  const addresses = new Set(messages.flatMap(({ body }) => body.addresses));
  return [...addresses].map((address) => {
    const about = messages.filter(({ body }) => body.addresses.includes(address));
    const latest = about.reduce((a, b) => (isLater(b.body, a.body) ? b : a));
    const counts = about.filter((message) => message !== latest).map(countOf);
    const { action, event, timeMs, sentAtMs } = latest.body;
    return {
      ...{ sessionId: SESSION, address, action, event, timeMs, sentAtMs },
      receiveCount: countOf(latest),
      mergedReceiveCount: Math.max(0, ...counts),
    };
  });
}

function countOf({ receives, holds }: Message): number {
  return receives - holds;
}

function isSettled(
  { body }: Message,
  changes: readonly UserChange[],
  outcomes: ReadonlyMap<UserChange, Settled<{ outcome: string }>>,
): boolean {
  return changes
    .filter(({ address }) => body.addresses.includes(address))
    .every((change) => {
      const settled = outcomes.get(change);
      return (
        settled?.outcome === 'absorbed' ||
        (settled?.outcome === 'called' && settled.result.outcome === 'done')
      );
    });
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** A small pseudo-random generator: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
