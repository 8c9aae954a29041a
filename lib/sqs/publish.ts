/** Publishes events: any number of them, in as few requests as SQS takes. */
import type { BatchOptions } from './batches.ts';
import type { MessageAttributes, SendFailure } from './send.ts';
import { jsonText, sendAll } from './send.ts';

/** An event that SQS did not take. */
export interface PublishFailure extends Omit<SendFailure, 'ok'> {
  /** Its position in the list. */
  index: number;
}

/** How events are published. */
export interface PublishOptions extends BatchOptions {
  attributes?: MessageAttributes;
}

/** What became of the events. */
export interface Published {
  sent: number;
  /** SQS's message ids by position; undefined where the event was not taken. */
  messageIds: (string | undefined)[];
  /** In the order of the events. */
  failed: PublishFailure[];
}

/**
 * Sends events to a queue. Never rejects for an error of SQS.
 * @param events values that JSON can express; check them with `checkEvent` first.
 * @param options.attributes message attributes of every event. Default: none.
 */
export async function publishEvents(
  events: readonly unknown[],
  { attributes, ...options }: PublishOptions,
): Promise<Published> {
  const results = await sendAll(
    events.map((event) => ({ body: jsonText(event), ...(attributes && { attributes }) })),
    options,
  );
  const failed = results.flatMap((result, index): PublishFailure[] => {
    if (result.ok) return [];
    const { code, message, senderFault } = result;
    return [{ index, code, message, senderFault }];
  });
  return {
    sent: results.length - failed.length,
    messageIds: results.map((result) => (result.ok ? result.messageId : undefined)),
    failed,
  };
}
