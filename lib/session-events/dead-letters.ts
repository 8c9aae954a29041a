/** Dead letters: events that can never succeed, kept with their reason. */
import { logError } from '../runtime/log.ts';
import { mask } from '../runtime/mask.ts';
import { loadSqs } from '../sqs/client.ts';

/** A record that is refused for good. */
export interface DeadLetter {
  /** As it came. */
  body: string;
  code: string;
  reason: string;
  messageId: string;
  receiveCount: number;
}

/** SQS's limits of one SendMessageBatch: entries, and bytes of bodies and attributes together. */
const ENTRIES = 10;
const BYTES = 1024 * 1024;
/** What the attributes' names, types and short values need at most. */
const ATTRIBUTE_BYTES = 400;
const REASON_LENGTH = 1000;

/**
 * Sends dead letters. Never rejects for an error of SQS.
 * @returns the positions of the letters that SQS has confirmed.
 */
export async function sendDeadLetters(
  letters: readonly DeadLetter[],
  queueUrl: string,
): Promise<Set<number>> {
  const safe = new Set<number>();
  for (const batch of batches(letters)) {
    for (const position of await sendBatch(batch, letters, queueUrl)) safe.add(position);
  }
  return safe;
}

/** The message attributes of a dead letter: EventBridge's names, and where the event came from. */
export function deadLetterAttributes(letter: DeadLetter, failedAt: Date) {
  const { code, reason, messageId, receiveCount } = letter;
  return {
    ERROR_CODE: text(code),
    ERROR_MESSAGE: text(printable(reason)),
    FAILED_AT: text(failedAt.toISOString()),
    ORIGINAL_MESSAGE_ID: text(messageId),
    RECEIVE_COUNT: { DataType: 'Number', StringValue: String(receiveCount) },
  };
}

function text(value: string) {
  return { DataType: 'String', StringValue: value };
}

/**
 * SQS takes no control characters and nothing empty in an attribute. Secrets are masked before the cut: a part of one is
 * not found.
 */
function printable(reason: string): string {
  const clean = mask(reason)
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?');
  return clean.slice(0, REASON_LENGTH).toWellFormed() || 'no reason was given';
}

async function sendBatch(
  positions: readonly number[],
  letters: readonly DeadLetter[],
  queueUrl: string,
): Promise<number[]> {
  const failedAt = new Date();
  const entries = positions.flatMap((position) => {
    const letter = letters[position];
    if (letter === undefined) return [];
    const attributes = deadLetterAttributes(letter, failedAt);
    return [{ Id: String(position), MessageBody: letter.body, MessageAttributes: attributes }];
  });
  try {
    const { client, sdk } = await loadSqs();
    const answer = await client.send(
      new sdk.SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
    );
    return (answer.Successful ?? []).map((entry) => Number(entry.Id));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    logError('dead letters not sent', { code: error.name, reason: error.message });
    return [];
  }
}

/** Positions in batches that SQS takes: at most ten letters and 1 MiB. */
function batches(letters: readonly DeadLetter[]): number[][] {
  const all: number[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const [position, { body, reason }] of letters.entries()) {
    const size = Buffer.byteLength(body) + Buffer.byteLength(reason) + ATTRIBUTE_BYTES;
    const last = all.at(-1);
    if (last !== undefined && last.length < ENTRIES && bytes + size <= BYTES) {
      last.push(position);
      bytes += size;
    } else {
      all.push([position]);
      bytes = size;
    }
  }
  return all;
}
