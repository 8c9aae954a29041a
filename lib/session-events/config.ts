/** The configuration of session-events: its two queues, and how long removals are held back. */
import * as v from 'valibot';
import type { Environment } from '../runtime/environment.ts';
import { durationMs, queueUrl, reader } from '../runtime/environment.ts';

/** The two queues. */
export interface QueueConfig {
  eventsQueueUrl: string;
  deadLetterQueueUrl: string;
}

/**
 * Reads where the queues are.
 * @throws ConfigError naming every variable that is missing or wrong.
 */
export function readQueueConfig(env: Environment = process.env): QueueConfig {
  const read = reader(env);
  const config = {
    eventsQueueUrl: read(queueUrl('EVENTS_QUEUE_URL')),
    deadLetterQueueUrl: read(queueUrl('DEAD_LETTER_QUEUE_URL')),
  };
  return read.finish(config);
}

/** What is special about a batch's events. */
export interface BatchConfig {
  /** How old a removal must be before it is carried out, in milliseconds. 0: at once. */
  graceMs: number;
}

/** SQS keeps a message out of sight for 12 hours at most. */
const LONGEST_GRACE_MS = 3_600_000;

const isGrace = (text: string): boolean => durationMs(text) <= LONGEST_GRACE_MS;

/**
 * Reads `USER_LEFT_GRACE` (default `0s`).
 * @throws ConfigError naming the variable when it is wrong.
 */
export function readBatchConfig(env: Environment = process.env): BatchConfig {
  const read = reader(env);
  return read.finish({
    graceMs: read({
      name: 'USER_LEFT_GRACE',
      schema: v.pipe(v.string(), v.check(isGrace), v.transform(durationMs)),
      expected: 'a whole number with a unit, 0s to 60m',
      fallback: 0,
    }),
  });
}
