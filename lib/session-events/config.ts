/** The configuration of session-events: its two queues, and how long removals are held back. */
import type { Environment } from '../runtime/environment.ts';
import { duration, queueUrl, reader } from '../runtime/environment.ts';

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

/**
 * Reads `USER_LEFT_GRACE` (default `0s`).
 * @throws ConfigError naming the variable when it is wrong.
 */
export function readBatchConfig(env: Environment = process.env): BatchConfig {
  const read = reader(env);
  return read.finish({
    graceMs: read(duration('USER_LEFT_GRACE', { fallbackMs: 0, longestMs: LONGEST_GRACE_MS })),
  });
}
