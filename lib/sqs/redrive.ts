/** Redrive: receives what is in a dead-letter queue, and sends it back. What cannot be sent stays. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { chunks } from '../runtime/lists.ts';
import type { EntryResult } from './batches.ts';
import { packBatches, runBatches } from './batches.ts';
import { withRequestDeadline } from './client.ts';
import type { StoredDeadLetter } from './dead-letter.ts';
import { readDeadLetter, redriven } from './dead-letter.ts';
import { sendAll } from './send.ts';
import { changeVisibility } from './visibility.ts';

/**
 * While somebody looks at dead letters, or sends them, they are hidden from others for this time: briefly, in case of
 * a kill.
 */
export const HIDDEN_S = 30;
const RECEIVES_AT_ONCE = 8;
/** SQS's most for one receive. */
const MESSAGES = 10;
/**
 * A receive that waits asks all of SQS's servers, so that an empty answer is true; one that does not wait asks some.
 */
const WAIT_S = 1;
/** Rounds without a letter that is asked for, after which the rest is not there any more. */
const MOST_IDLE = 20;
/** Sent, then deleted, before the next ones: at most these are in both queues where the tool is killed. */
const LETTERS_AT_ONCE = 100;

/** A queue and the client that reaches it. */
export interface QueueRef {
  client: SQSClient;
  url: string;
}

/** What a redrive came to. */
export interface Redriven {
  /** Letters that are in the events queue, and no longer in the dead-letter queue. */
  moved: number;
  /** Letters that stay in the dead-letter queue. */
  left: number;
  /** Why the first of these stays. */
  reason?: string;
}

/**
 * Receives all visible dead letters, each once. They stay hidden for 30 seconds: redrive or {@link release} them.
 * Where the caller stops early, or a receive fails, what was received until then is released.
 * @param signal ends it within a second: to abort a receive would leave hidden what SQS has handed out.
 * @throws what the SDK throws when a receive fails, and the signal's reason.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
 */
export async function* receiveDeadLetters(
  queue: QueueRef,
  signal?: AbortSignal,
): AsyncGenerator<StoredDeadLetter> {
  const received = new Map<string, StoredDeadLetter>();
  let finished = false;
  try {
    while (!finished) {
      const { letters, isEmpty, failure } = await receiveRound(queue, RECEIVES_AT_ONCE);
      const known = received.size;
      for (const letter of letters) received.set(letter.messageId, letter);
      if (failure !== undefined) throw failure.reason;
      signal?.throwIfAborted();
      yield* [...received.values()].slice(known);
      finished = received.size === known || isEmpty;
    }
  } finally {
    if (!finished) await release(queue, [...received.values()]);
  }
}

/** How letters are received to act on them. */
export interface ActOptions {
  /** Requests at once, ten letters each. @default 8 */
  receives?: number;
  /** Ends it between two rounds. */
  signal?: AbortSignal;
}

/**
 * Receives the dead letters with these ids, some at a time, and hands them to `act`, which must redrive, drop or
 * release them. The others are visible again in the end.
 * @returns how many of them are not there: somebody else has them.
 * @throws what the SDK throws when a receive fails, what `act` throws, and the signal's reason.
 */
export async function actOnLetters(
  queue: QueueRef,
  ids: ReadonlySet<string>,
  act: (letters: readonly StoredDeadLetter[]) => Promise<void>,
  { receives = RECEIVES_AT_ONCE, signal }: ActOptions = {},
): Promise<number> {
  const open = new Set(ids);
  const others = new Map<string, StoredDeadLetter>();
  try {
    for (let idle = 0; open.size > 0 && idle < MOST_IDLE; ) {
      signal?.throwIfAborted();
      const { letters, failure } = await receiveRound(queue, receives);
      const { wanted = [], rest = [] } = Object.groupBy(letters, ({ messageId }) =>
        open.delete(messageId) ? 'wanted' : 'rest',
      );
      for (const letter of rest) others.set(letter.messageId, letter);
      if (wanted.length > 0) await act(wanted);
      if (failure !== undefined) throw failure.reason;
      if (letters.length === 0) break;
      idle = wanted.length === 0 ? idle + 1 : 0;
    }
    return open.size;
  } finally {
    await release(queue, [...others.values()]);
  }
}

/** Several receives at once: what they received, and the first that failed. */
async function receiveRound(queue: QueueRef, receives: number) {
  const answers = await Promise.allSettled(Array.from({ length: receives }, () => receive(queue)));
  return {
    letters: answers.flatMap(lettersOf),
    isEmpty: answers.some((answer) => lettersOf(answer).length === 0),
    failure: answers.find((answer) => answer.status === 'rejected'),
  };
}

async function receive({ client, url }: QueueRef): Promise<StoredDeadLetter[]> {
  const { ReceiveMessageCommand } = await import('@aws-sdk/client-sqs');
  const command = new ReceiveMessageCommand({
    QueueUrl: url,
    MaxNumberOfMessages: MESSAGES,
    VisibilityTimeout: HIDDEN_S,
    WaitTimeSeconds: WAIT_S,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['All'],
  });
  const { Messages = [] } = await withRequestDeadline(undefined, (options) => client.send(command, options));
  return Messages.flatMap((message) => readDeadLetter(message) ?? []);
}

function lettersOf(settled: PromiseSettledResult<StoredDeadLetter[]>): StoredDeadLetter[] {
  return settled.status === 'fulfilled' ? settled.value : [];
}

/** Makes dead letters visible again at once. Where that fails, they become visible after 30 seconds. */
export async function release(
  { client, url }: QueueRef,
  letters: readonly StoredDeadLetter[],
): Promise<void> {
  const changes = letters.map(({ receiptHandle }) => ({ receiptHandle, seconds: 0 }));
  await changeVisibility(changes, { client, queueUrl: url });
}

/**
 * Sends dead letters to the events queue, and deletes each once SQS has confirmed it. What stays becomes visible again.
 * Never rejects for an error of SQS.
 * @param onMoved called with the number of letters moved so far.
 */
export async function redrive(
  from: QueueRef,
  to: QueueRef,
  letters: readonly StoredDeadLetter[],
  onMoved: (moved: number) => void = () => undefined,
): Promise<Redriven> {
  let moved = 0;
  let reason: string | undefined;
  for (const some of chunks(letters, LETTERS_AT_ONCE)) {
    const unmoved = await move(from, to, some);
    const stay = unmoved.map(({ letter }) => letter);
    await release(from, stay);
    moved += some.length - unmoved.length;
    reason ??= unmoved[0]?.reason;
    onMoved(moved);
  }
  return { moved, left: letters.length - moved, ...(reason !== undefined && { reason }) };
}

/** Deletes dead letters for good. What cannot be deleted becomes visible again. Never rejects for an error of SQS. */
export async function drop(from: QueueRef, letters: readonly StoredDeadLetter[]): Promise<Redriven> {
  const stay = unmovedOf(letters, await deleteLetters(from, letters));
  await release(
    from,
    stay.map(({ letter }) => letter),
  );
  const [first] = stay;
  return { moved: letters.length - stay.length, left: stay.length, ...(first && { reason: first.reason }) };
}

/** A letter that stays, and why. */
interface Unmoved {
  letter: StoredDeadLetter;
  reason: string;
}

async function move(from: QueueRef, to: QueueRef, letters: readonly StoredDeadLetter[]): Promise<Unmoved[]> {
  const sent = await sendAll(letters.map(redriven), { client: to.client, queueUrl: to.url });
  const safe = letters.filter((_, index) => sent[index]?.ok);
  const deleted = await deleteLetters(from, safe);
  return [...unmovedOf(letters, sent), ...unmovedOf(safe, deleted)];
}

function unmovedOf(
  letters: readonly StoredDeadLetter[],
  results: readonly (EntryResult | undefined)[],
): Unmoved[] {
  return letters.flatMap((letter, index) => {
    const result = results[index];
    return result?.ok === false ? [{ letter, reason: result.message }] : [];
  });
}

async function deleteLetters(
  { client, url: QueueUrl }: QueueRef,
  letters: readonly StoredDeadLetter[],
): Promise<(EntryResult | undefined)[]> {
  const { DeleteMessageBatchCommand } = await import('@aws-sdk/client-sqs');
  const results = await runBatches(
    packBatches(letters),
    (entries, options) => {
      const Entries = entries.map(({ index, item: { receiptHandle } }) => ({
        Id: String(index),
        ReceiptHandle: receiptHandle,
      }));
      return client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }), options);
    },
    {},
  );
  return letters.map((_, index) => results.get(index));
}
