/** The queues' own numbers. */
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { QueueRef } from '../lib/sqs/redrive.ts';
import type { Queues } from './protocol.ts';

const WAITING = 'ApproximateNumberOfMessages';
const HIDDEN = 'ApproximateNumberOfMessagesNotVisible';
const DELAYED = 'ApproximateNumberOfMessagesDelayed';

/** Reads how many messages both queues hold: one request each. @throws what the SDK throws. */
export async function readQueues(queues: { events: QueueRef; deadLetters: QueueRef }): Promise<Queues> {
  const [events, deadLetters] = await Promise.all([read(queues.events), read(queues.deadLetters)]);
  return {
    queued: events[WAITING] + events[DELAYED],
    inFlight: events[HIDDEN],
    // While somebody looks at dead letters, they are hidden.
    deadLetters: deadLetters[WAITING] + deadLetters[HIDDEN] + deadLetters[DELAYED],
  };
}

async function read({ client, url }: QueueRef) {
  const command = new GetQueueAttributesCommand({
    QueueUrl: url,
    AttributeNames: [WAITING, HIDDEN, DELAYED],
  });
  const { Attributes = {} } = await client.send(command);
  return {
    [WAITING]: Number(Attributes[WAITING] ?? 0),
    [HIDDEN]: Number(Attributes[HIDDEN] ?? 0),
    [DELAYED]: Number(Attributes[DELAYED] ?? 0),
  };
}
