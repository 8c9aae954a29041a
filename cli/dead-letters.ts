/** `npm run dead-letters`: what could not be applied and why, and the way back into the events queue. */
import { writeFile } from 'node:fs/promises';
import { redriven, type StoredDeadLetter } from '../lib/sqs/dead-letter.ts';
import { actOnLetters, drop, type Redriven, redrive, release } from '../lib/sqs/redrive.ts';
import { sendAll } from '../lib/sqs/send.ts';
import { UsageError } from './errors.ts';
import {
  atRate,
  dataOf,
  deadLetterQueue,
  inFlightText,
  LIMIT,
  look,
  noneText,
  summaryOf,
  tableOf,
  WHICH,
  type Which,
} from './letters.ts';
import { AS_JSON, httpUrl, standingFile, wholeNumber, YES } from './options.ts';
import { connectQueue, type Queue } from './queue.ts';
import { readExport } from './resend.ts';
import { addAction, createTool, runTool } from './runner.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './words.ts';
import { placeIn, STAGE, worldOf } from './world.ts';

/** Rows that a person reads. */
const SHOWN = 100;

const TO = {
  value: 'URL',
  parse: httpUrl,
  about: 'the queue to send to; needed with another dead-letter queue',
} as const;

const RATE = { value: 'N', parse: wholeNumber(1, 10_000), about: 'at most this number a second' } as const;

const tool = createTool('dead-letters').description(
  'Dead letters of the local stage (npm start), or of the world that --stage or the environment names.',
);

addAction(tool.command('list'), {
  about: 'show when each one failed, why, and its event type; the letters stay in the queue',
  options: { ...WHICH, limit: LIMIT, json: AS_JSON },
  run: async (terminal, values) => {
    const { letters, inFlight } = await lookAt(terminal, values);
    const { limit } = values;
    const lines = letters.length === 0 ? [noneText(values)] : tableOf(letters, limit ?? SHOWN);
    return {
      data: letters.slice(0, limit).map(dataOf),
      lines: [...lines, ...inFlightText(inFlight)],
    };
  },
});

addAction(tool.command('export <file>'), {
  about: 'write them to FILE as NDJSON; the letters stay in the queue',
  options: WHICH,
  run: async (terminal, values, file) => {
    const { letters, inFlight } = await lookAt(terminal, values);
    await writeFile(
      standingFile(file),
      letters.map((letter) => `${JSON.stringify(dataOf(letter))}\n`).join(''),
    );
    const line = `Wrote ${counted(letters.length, 'dead letter')} to ${file}. The queue keeps them.`;
    return { lines: [line, ...inFlightText(inFlight)] };
  },
});

addAction(tool.command('redrive'), {
  about: 'send them back to the events queue; asks first',
  options: {
    ...WHICH,
    limit: LIMIT,
    rate: RATE,
    dryRun: { about: 'show what would be sent, and send nothing' },
    queueUrl: TO,
    yes: YES,
  },
  run: async (terminal, { limit, rate, dryRun, queueUrl, ...which }) => {
    const to = await eventsQueue(which, queueUrl);
    const from = await deadLetterQueue(which);
    terminal.target(`${from.target} → ${to.target}`);
    const found = await look(terminal, from, which);
    const letters = found.letters.slice(0, limit);
    if (letters.length === 0) return { lines: [noneText(which), ...inFlightText(found.inFlight)] };
    if (dryRun) return { lines: [...tableOf(letters, letters.length), 'Nothing was sent.'] };
    await terminal.confirm(() => `Send ${summaryOf(letters)} back to the events queue?`);
    const act = { letters, rate, verb: 'sending', work: (some: Letters) => redrive(from, to, some) };
    const { moved, problems } = await actOn(terminal, from, act);
    return { lines: [`Sent ${moved} back to the events queue.`], problems };
  },
});

addAction(tool.command('drop'), {
  about: 'delete those with an id, a code or an age, for good; asks first',
  options: { ...WHICH, yes: YES },
  run: async (terminal, which) => {
    if (which.code === undefined && which.id === undefined && which.olderThan === undefined)
      throw new UsageError('Say which to delete: --id, --code or --older-than.');
    const { from, letters, inFlight } = await lookAt(terminal, which);
    if (letters.length === 0) return { lines: [noneText(which), ...inFlightText(inFlight)] };
    await terminal.confirm(() => `Delete ${summaryOf(letters)} for good?`);
    const act = { letters, verb: 'deleting', work: (some: Letters) => drop(from, some) };
    const { moved, problems } = await actOn(terminal, from, act);
    return { lines: [`Deleted ${counted(moved, 'dead letter')}.`], problems };
  },
});

addAction(tool.command('resend <file>'), {
  about: 'send the events of an export, as you edited them, to the events queue; the dead letters stay',
  options: { stage: STAGE, queueUrl: { ...TO, about: 'another queue, with your AWS credentials' }, yes: YES },
  run: async (terminal, { stage, queueUrl }, file) => {
    const events = await readExport(standingFile(file));
    const to = await eventsQueue({ stage, deadLetterQueueUrl: undefined }, queueUrl);
    terminal.target(to.target);
    if (events.length === 0) return { lines: [`${file} holds no events.`] };
    await terminal.confirm(() => `Send ${counted(events.length, 'event')} of ${file} to the events queue?`);
    const sent = await sendAll(events.map(redriven), { client: to.client, queueUrl: to.url });
    const failed = sent.flatMap((result, index) =>
      result.ok ? [] : [`Line ${index + 1} was not sent: ${result.message}`],
    );
    const line = `Sent ${counted(sent.length - failed.length, 'event')}. The dead letters stay: drop deletes them.`;
    return { lines: [line], problems: failed };
  },
});

await runTool(tool);

type Letters = readonly StoredDeadLetter[];

/** Finds the letters that the options choose, and names the queue. */
async function lookAt(terminal: Terminal, which: Which) {
  const from = await deadLetterQueue(which);
  terminal.target(from.target);
  return await look(terminal, from, which);
}

async function eventsQueue(
  { stage, deadLetterQueueUrl }: Pick<Which, 'stage' | 'deadLetterQueueUrl'>,
  queueUrl: string | undefined,
): Promise<Queue> {
  if (queueUrl !== undefined) return await connectQueue(queueUrl);
  if (deadLetterQueueUrl !== undefined)
    throw new UsageError('Pass --queue-url: it is not known where these dead letters came from.');
  const world = await worldOf(stage);
  return await connectQueue(placeIn(world, 'EVENTS_QUEUE_URL'), world);
}

/** Something that is done to dead letters. */
interface Act {
  letters: Letters;
  rate?: number | undefined;
  verb: string;
  work(some: Letters): Promise<Redriven>;
}

/**
 * Does it to these letters, which were released after the look: to no others, however long a person thought about it.
 */
async function actOn(terminal: Terminal, from: Queue, { letters, rate, verb, work }: Act) {
  const ids = new Set(letters.map(({ messageId }) => messageId));
  let [moved, left, reason] = [0, 0, ''];
  const missing = await terminal.interruptible(async (signal) => {
    const receives = rate === undefined ? {} : { receives: Math.min(8, rate * 2) };
    return await actOnLetters(
      from,
      ids,
      async (received) => {
        const untouched = new Set(received);
        try {
          await atRate(received, rate, signal, async (some) => {
            for (const letter of some) untouched.delete(letter);
            const result = await work(some);
            moved += result.moved;
            left += result.left;
            reason ||= result.reason ?? '';
            terminal.progress({ verb, noun: 'dead letters', done: moved, total: letters.length });
          });
        } finally {
          await release(from, [...untouched]);
        }
      },
      { ...receives, signal },
    );
  });
  return { moved, problems: problemsOf(left, reason, missing) };
}

function problemsOf(left: number, reason: string, missing: number): string[] {
  return [
    ...(left > 0
      ? [`${left} could not be sent or deleted and stay in the dead-letter queue: ${reason}`]
      : []),
    ...(missing > 0 ? [`${missing} are not there any more: somebody else has them.`] : []),
  ];
}
