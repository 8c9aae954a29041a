/** The configuration of session-events: its two queues. */
import type { Environment } from '../runtime/environment.ts';
import { queueUrl, reader } from '../runtime/environment.ts';

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
