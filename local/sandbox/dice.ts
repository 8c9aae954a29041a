/** Seeded draws: a run with the same seed can be repeated. */
import * as z from 'zod/mini';
import { seededRandom } from '../../cli/storm.ts';

/** Draws from one generator. */
export interface Dice {
  /** True with this probability, 0 to 1. 0 and 1 draw nothing: one switch does not change what the others draw. */
  hits(chance: number): boolean;
  /** One of the items, all equally likely. */
  pick<T>(items: readonly [T, ...T[]]): T;
  /** A whole number from 0 to this one. */
  upTo(most: number): number;
}

/** A probability from 0 to 1, or a boolean for always and never; 0 where it is absent. */
export const chance = z._default(
  z.pipe(
    z.union([z.boolean(), z.number().check(z.gte(0), z.lte(1))], {
      error: 'must be from 0 to 1, or a boolean',
    }),
    z.transform(Number),
  ),
  0,
);

/** Dice whose draws the seed decides, one after the other. */
export function createDice(seed: number): Dice {
  const random = seededRandom(seed);
  return {
    hits: (probability) => probability > 0 && (probability >= 1 || random() < probability),
    pick: (items) => items[Math.floor(random() * items.length)] ?? items[0],
    upTo: (most) => (most <= 0 ? 0 : Math.floor(random() * (most + 1))),
  };
}

/** Dice for one named thing: their draws depend on the seed and the name, not on what was drawn before. */
export function diceFor(seed: number, name: string): Dice {
  return createDice(hash(`${seed} ${name}`));
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value;
}
