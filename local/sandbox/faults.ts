/** The faults of one sandbox: what is switched on, and the draws that decide where it strikes. */
import type { Checked } from './check.ts';
import { createDice, type Dice, diceFor } from './dice.ts';
import { type FaultInput, type FaultSettings, parseFaults } from './fault-settings.ts';
import type { Operation } from './models.ts';
import type { Variety } from './variety/settings.ts';

/** The faults and the variety of one sandbox. */
export interface Faults {
  /** The settings now. */
  get(): FaultSettings;
  /** Checks settings from outside, and completes them. */
  check(input: unknown): Checked<FaultSettings>;
  /** Replaces all settings and starts all draws anew. Throws a RangeError that says what is wrong. */
  set(input: FaultInput): FaultSettings;
  /** Switches every fault off, and the variety back to how the sandbox was started. */
  clear(): FaultSettings;
  /** The settings that hold for this operation: its faults may be off, the variety holds for all. */
  active(operation: Operation): FaultSettings;
  /** One draw: true with this probability. */
  hits(chance: number): boolean;
  /** Whether this bulk stop leaves this id alone. Counts it for `sparedTimes`. */
  spares(id: string, settings: FaultSettings): boolean;
  /** The dice for the variety of the answer to one more request of this name. */
  variation(name: string): Dice;
}

/** Faults, all off. @param base the variety that holds while nothing else is set */
export function createFaults(base: Variety): Faults {
  const off = parsed({}, base);
  let settings = off;
  let dice = createDice(off.seed);
  let spared = new Map<string, number>();
  let asked = new Map<string, number>();

  function apply(next: FaultSettings): FaultSettings {
    settings = next;
    dice = createDice(next.seed);
    spared = new Map();
    asked = new Map();
    return settings;
  }

  function spares(
    id: string,
    { notProcessable, sparedTimes, partialProcessable, seed }: FaultSettings,
  ): boolean {
    const listed = Array.isArray(notProcessable)
      ? notProcessable.includes(id)
      : diceFor(seed, id).hits(notProcessable);
    if (listed && countUp(spared, id) <= (sparedTimes ?? Number.POSITIVE_INFINITY)) return true;
    return dice.hits(partialProcessable);
  }

  function active(operation: Operation): FaultSettings {
    const { operations, variety } = settings;
    if (operations.length === 0 || operations.includes(operation)) return settings;
    return { ...off, variety };
  }

  return {
    get: () => settings,
    check: (input) => parseFaults(input, base),
    set: (input) => apply(parsed(input, base)),
    clear: () => apply(off),
    active,
    hits: (chance) => dice.hits(chance),
    spares,
    variation: (name) => diceFor(settings.variety.seed, `${name} ${countUp(asked, name)}`),
  };
}

function parsed(input: FaultInput, base: Variety): FaultSettings {
  const checked = parseFaults(input, base);
  if (!checked.ok) throw new RangeError(`These faults cannot be set: ${checked.reason}.`);
  return checked.value;
}

/** Counts a name up; returns how often it was counted, this time included. */
function countUp(counts: Map<string, number>, name: string): number {
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  return count;
}
