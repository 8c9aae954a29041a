/** The configuration of the memory. */
import * as v from 'valibot';
import type { Environment } from '../runtime/environment.ts';
import { integer, reader } from '../runtime/environment.ts';

/** Where the memory is, and how long it lasts. */
export interface MemoryConfig {
  /** The name of the DynamoDB table. undefined: each environment remembers alone. */
  table: string | undefined;
  /** Days after which an item may be forgotten. */
  days: number;
}

/** The queue keeps a message for 14 days: what was done about an event must be remembered for longer. */
const LEAST_DAYS = 15;
const MOST_DAYS = 365;

/**
 * Reads `MEMORY_TABLE` (default: none) and `MEMORY_DAYS` (default: 15).
 * @throws ConfigError naming every variable that is wrong.
 */
export function readMemoryConfig(env: Environment = process.env): MemoryConfig {
  const read = reader(env);
  const { table, days } = read.finish({
    table: read({
      name: 'MEMORY_TABLE',
      schema: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.-]{3,255}$/)),
      expected: "a DynamoDB table's name: 3 to 255 of A-Z a-z 0-9 _ . -",
      fallback: '',
    }),
    days: read(integer('MEMORY_DAYS', LEAST_DAYS, MOST_DAYS, LEAST_DAYS, 'days')),
  });
  return { table: table || undefined, days };
}
