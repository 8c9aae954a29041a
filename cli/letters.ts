/** Dead letters as a person chooses and reads them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { chunks } from '../lib/runtime/lists.ts';
import type { StoredDeadLetter } from '../lib/sqs/dead-letter.ts';
import { receiveDeadLetters, release } from '../lib/sqs/redrive.ts';
import { UsageError } from './errors.ts';
import { age, httpUrl, type ValuesOf, wholeNumber } from './options.ts';
import { connectQueue, countMessages, type Queue } from './queue.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './words.ts';
import { placeIn, STAGE, worldOf } from './world.ts';

/** The options that choose dead letters. */
export const WHICH = {
  code: { value: 'CODE', about: 'only those with this code' },
  id: { value: 'MESSAGE_ID', about: 'only this one: the id that emit and the log name' },
  olderThan: { value: 'AGE', parse: age, about: 'only those that failed longer ago (90s, 15m, 2h, 7d)' },
  stage: STAGE,
  deadLetterQueueUrl: { value: 'URL', parse: httpUrl, about: 'another queue, with your AWS credentials' },
} as const;

/** At most that many, the oldest first. */
export const LIMIT = {
  value: 'N',
  parse: wholeNumber(1, 1_000_000),
  about: 'at most this number, the oldest first',
} as const;

/** What those options hold. */
export type Which = ValuesOf<typeof WHICH>;

/** What a look at the queue found. */
export interface Found {
  from: Queue;
  /** Those that are chosen, the oldest first. */
  letters: readonly StoredDeadLetter[];
  /** About how many others have hidden at the moment. */
  inFlight: number;
}

/** Returns the queue of dead letters that the options name. */
export async function deadLetterQueue({ stage, deadLetterQueueUrl }: Which): Promise<Queue> {
  if (stage !== undefined && deadLetterQueueUrl !== undefined)
    throw new UsageError('Name one of --stage and --dead-letter-queue-url.');
  if (deadLetterQueueUrl !== undefined) return await connectQueue(deadLetterQueueUrl);
  const world = await worldOf(stage);
  return await connectQueue(placeIn(world, 'DEAD_LETTER_QUEUE_URL'), world);
}

/**
 * Finds the dead letters that the options choose. All of them are visible again, also after a signal or an error.
 * @throws Error when no dead letter has the id that is asked for.
 */
export async function look(terminal: Terminal, from: Queue, which: Which): Promise<Found> {
  const { visible: total, inFlight } = await countMessages(from);
  const all = await terminal.interruptible(async (signal) => {
    const letters: StoredDeadLetter[] = [];
    for await (const letter of receiveDeadLetters(from, signal)) {
      letters.push(letter);
      terminal.progress({ verb: 'reading', noun: 'dead letters', done: letters.length, total });
    }
    await release(from, letters);
    return letters;
  });
  const letters = all
    .filter((letter) => isChosen(letter, which))
    .toSorted((one, other) => Date.parse(one.failedAt) - Date.parse(other.failedAt));
  if (which.id !== undefined && letters.length === 0) throw new Error(noneWithId(which, inFlight));
  return { from, letters, inFlight };
}

function isChosen(letter: StoredDeadLetter, { code, id, olderThan }: Which): boolean {
  if (code !== undefined && code !== letter.code) return false;
  if (id !== undefined && id !== letter.originalMessageId && id !== letter.messageId) return false;
  return olderThan === undefined || Date.now() - Date.parse(letter.failedAt) > olderThan;
}

function noneWithId({ code, id }: Which, inFlight: number): string {
  const withCode = code === undefined ? '' : ` and the code ${code}`;
  return [
    `No dead letter has the id ${id}${withCode}.`,
    ...inFlightText(inFlight),
    'List them to see the ids.',
  ].join(' ');
}

/** Says that others have dead letters at the moment. */
export function inFlightText(inFlight: number): string[] {
  if (inFlight === 0) return [];
  const are = inFlight === 1 ? 'is' : 'are';
  return [
    `${counted(inFlight, 'dead letter')} ${are} in flight: another command has received them, or was killed. They are visible again within 30 seconds.`,
  ];
}

/** Says that none is chosen. */
export function noneText({ code, olderThan }: Which): string {
  const withCode = code === undefined ? '' : ` with the code ${code}`;
  return `No dead letters${withCode}${olderThan === undefined ? '' : ' of that age'}.`;
}

/** Shows dead letters, and how many there are of each code. */
export function tableOf(letters: readonly StoredDeadLetter[], limit: number): string[] {
  const rows = letters
    .slice(0, limit)
    .map(({ failedAt, type, code, receiveCount, originalMessageId, reason }) => [
      failedAt,
      type,
      code,
      receiveCount,
      originalMessageId,
      reason,
    ]);
  const heading = ['WHEN', 'TYPE', 'CODE', 'RECEIVES', 'ID', 'REASON'];
  const more = letters.length > limit ? [`The oldest ${limit} are shown: --limit N shows more.`] : [];
  return [...table([heading, ...rows]), ...more, `${summaryOf(letters)}.`];
}

/** Returns such as `12 dead letters (10 REFUSED, 2 INVALID_EVENT)`. */
export function summaryOf(letters: readonly StoredDeadLetter[]): string {
  const codes = [...Map.groupBy(letters, ({ code }) => code)]
    .toSorted(([, one], [, other]) => other.length - one.length)
    .map(([code, own]) => `${own.length.toLocaleString('en')} ${code}`);
  return `${counted(letters.length, 'dead letter')} (${codes.join(', ')})`;
}

/** Returns all that a program needs. A receipt handle is of no use to anyone else. */
export function dataOf({ receiptHandle: _, attributes, ...letter }: StoredDeadLetter): object {
  const texts = Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
    name,
    {
      DataType,
      ...(StringValue !== undefined && { StringValue }),
      ...(BinaryValue !== undefined && { BinaryValue: Buffer.from(BinaryValue).toString('base64') }),
    },
  ]);
  return { ...letter, attributes: Object.fromEntries(texts) };
}

/**
 * Works through a list, at most that many items a second.
 * @param rate undefined: as fast as it goes, all of them at once.
 */
export async function atRate<T>(
  items: readonly T[],
  rate: number | undefined,
  signal: AbortSignal,
  work: (some: readonly T[]) => Promise<void>,
): Promise<void> {
  if (rate === undefined) return await work(items);
  for (const some of chunks(items, rate)) {
    const endsAt = Date.now() + (some.length / rate) * 1000;
    signal.throwIfAborted();
    await work(some);
    await sleep(Math.max(0, endsAt - Date.now()), undefined, { signal });
  }
}
