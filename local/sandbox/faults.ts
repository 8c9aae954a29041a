/** Faults that a test or a person switches on, drawn from a seeded generator so that a run can be repeated. */
import * as z from 'zod/mini';
import { type Checked, check, OPERATIONS, type Operation } from './models.ts';

const probability = z._default(
  z.pipe(
    z.union([z.boolean(), z.number().check(z.gte(0), z.lte(1))], {
      error: 'must be from 0 to 1, or a boolean',
    }),
    z.transform(Number),
  ),
  0,
);

const faultSettings = z.strictObject({
  /** Every answer comes this much later, 0 to 60,000. */
  latencyMs: z._default(z.int().check(z.gte(0), z.lte(60_000)), 0),
  /** 429 with `Retry-After: retryAfterSeconds`, or without the header where that is null. */
  throttle: probability,
  retryAfterSeconds: z._default(z.nullable(z.int().check(z.gte(0), z.lte(86_400))), 1),
  /** 500, nothing done. */
  serverError: probability,
  /** The connection is reset, nothing done. */
  reset: probability,
  /** The work is done, then the connection is reset. */
  lostAnswer: probability,
  /** The work is done, the answer is 200 with a page of HTML. */
  notJson: probability,
  /** A bulk stop leaves a session alone and out of `processable`; a session is spared once, then stopped. */
  partialProcessable: probability,
  /** 401, however right the key is. */
  rejectKey: probability,
  /** 404 as for a route that is not there. */
  routesMissing: probability,
  /** Session ids, request ids or tags that get 400, in a path and in a bulk stop. */
  refuse: z._default(z.array(z.string()), []),
  /** The operations that the faults strike; all when empty. */
  operations: z._default(z.array(z.enum(OPERATIONS)), []),
  /** Where the random generator starts. */
  seed: z._default(z.int(), 1),
});

/** All faults as they are set. */
export type FaultSettings = z.output<typeof faultSettings>;

/** Faults to set; what is left out is off. A probability is a number from 0 to 1, or a boolean. */
export type FaultInput = z.input<typeof faultSettings>;

/** The faults of one sandbox. */
export interface Faults {
  /** The settings now. */
  get(): FaultSettings;
  /** Replaces all settings and starts the random generator anew. Throws a RangeError that says what is wrong. */
  set(input: FaultInput): FaultSettings;
  /** Switches every fault off. */
  clear(): FaultSettings;
  /** The settings that hold for this operation. */
  active(operation: Operation): FaultSettings;
  /** One draw: true with this probability. */
  hit(chance: number): boolean;
  /** Whether a bulk stop leaves this session alone: with this probability, and once at most for one id. */
  spares(id: string, chance: number): boolean;
}

/** Checks fault settings from outside. */
export function parseFaults(value: unknown): Checked<FaultSettings> {
  return check(faultSettings, value);
}

/** Faults, all off. */
export function createFaults(): Faults {
  const off = faultSettings.parse({});
  let settings = off;
  let random = generator(off.seed);
  let spared = new Set<string>();

  function apply(next: FaultSettings): FaultSettings {
    settings = next;
    random = generator(next.seed);
    spared = new Set();
    return settings;
  }

  function set(input: FaultInput): FaultSettings {
    const checked = parseFaults(input);
    if (!checked.ok) throw new RangeError(`These faults cannot be set: ${checked.reason}.`);
    return apply(checked.value);
  }

  // A chance of 0 or 1 draws nothing: switching one on does not change what the others do.
  function hit(chance: number): boolean {
    return chance > 0 && (chance >= 1 || random() < chance);
  }

  function spares(id: string, chance: number): boolean {
    if (spared.has(id) || !hit(chance)) return false;
    spared.add(id);
    return true;
  }

  function active(operation: Operation): FaultSettings {
    const { operations } = settings;
    return operations.length === 0 || operations.includes(operation) ? settings : off;
  }

  return { get: () => settings, set, clear: () => apply(off), active, hit, spares };
}

/** Mulberry32: numbers from 0 to below 1. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
