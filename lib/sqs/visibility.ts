/** Visibility: keeps records that go back to the queue out of sight for a while. */

import { chunks } from '../runtime/lists.ts';
import { logError } from '../runtime/log.ts';
import { loadSqs } from './client.ts';

/** SQS takes ten entries a batch call. */
const ENTRIES = 10;
const CALLS_AT_ONCE = 20;

/** One record to hide, for so many seconds from now. */
export interface Hidden {
  receiptHandle: string;
  seconds: number;
}

/**
 * Sets visibility timeouts, ten a call. What cannot be set stays hidden for the queue's own visibility timeout
 * and is logged: no record is lost by it.
 */
export async function hideRecords(records: readonly Hidden[], queueUrl: string): Promise<void> {
  for (const wave of chunks(chunks(records, ENTRIES), CALLS_AT_ONCE)) {
    await Promise.all(wave.map((ten) => hideTen(ten, queueUrl)));
  }
}

async function hideTen(records: readonly Hidden[], queueUrl: string): Promise<void> {
  const entries = records.map(({ receiptHandle, seconds }, index) => ({
    Id: String(index),
    ReceiptHandle: receiptHandle,
    VisibilityTimeout: seconds,
  }));
  try {
    const { client, sdk } = await loadSqs();
    const answer = await client.send(
      new sdk.ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
    );
    const [refused] = answer.Failed ?? [];
    if (refused !== undefined)
      logError('visibility not set', { code: refused.Code, reason: refused.Message });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    logError('visibility not set', { code: error.name, reason: error.message });
  }
}
