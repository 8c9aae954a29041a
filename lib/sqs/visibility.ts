/** Visibility timeouts: how long received messages stay out of sight. */
import type { BatchOptions, Failed } from './batches.ts';
import { packBatches, runBatches } from './batches.ts';

/** A received message, and for how long it is to stay out of sight from now on. */
export interface VisibilityChange {
  receiptHandle: string;
  /** Whole seconds, 0 to 12 hours. */
  seconds: number;
}

/**
 * Changes visibility timeouts. No message is lost where this fails: it keeps the visibility timeout that it has. Never
 * rejects for an error of SQS.
 * @returns the failures.
 */
export async function changeVisibility(
  changes: readonly VisibilityChange[],
  options: BatchOptions,
): Promise<Failed[]> {
  const { ChangeMessageVisibilityBatchCommand } = await import('@aws-sdk/client-sqs');
  const { client, queueUrl: QueueUrl } = options;
  const results = await runBatches(
    packBatches(changes),
    (entries, request) => {
      const Entries = entries.map(({ index, item: { receiptHandle, seconds } }) => ({
        Id: String(index),
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }));
      return client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }), request);
    },
    options,
  );
  return [...results.values()].filter((result) => !result.ok);
}
