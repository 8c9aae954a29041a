/** `npm run dead-letters`: what could not be applied and why, and the way back into the events queue. */
import { writeFile } from 'node:fs/promises';
import type { StoredDeadLetter } from '../lib/sqs/dead-letter.ts';
import { receiveDeadLetters, redrive, release } from '../lib/sqs/redrive.ts';
import { localStage } from '../local-addresses.ts';
import { UsageError } from './errors.ts';
import type { ValuesOf } from './options.ts';
import { AS_JSON, httpUrl, YES } from './options.ts';
import { connectQueue, countMessages, type Queue } from './queue.ts';
import type { Result } from './runner.ts';
import { addAction, createTool, runTool } from './runner.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './words.ts';

const WHICH = {
  code: { value: 'CODE', about: 'only those with this code' },
  id: { value: 'MESSAGE_ID', about: 'only this one (see list)' },
  deadLetterQueueUrl: { value: 'URL', parse: httpUrl, about: 'another queue, with your AWS credentials' },
} as const;

const REDRIVE = {
  ...WHICH,
  queueUrl: {
    value: 'URL',
    parse: httpUrl,
    about: 'the queue to send to; needed with another dead-letter queue',
  },
  yes: YES,
} as const;

type Which = ValuesOf<typeof WHICH>;

const tool = createTool('dead-letters').description(
  'Dead letters of the local stage (npm start), or of any other queue.',
);

addAction(tool.command('list'), {
  about: 'show when each one failed, why, and its event type; the letters stay in the queue',
  options: { ...WHICH, json: AS_JSON },
  run: async (terminal, values) => {
    const letters = await look(terminal, values);
    const rows = letters.map(({ failedAt, type, code, receiveCount, messageId, reason }) => [
      failedAt,
      type,
      code,
      receiveCount,
      messageId,
      reason,
    ]);
    const heading = ['WHEN', 'TYPE', 'CODE', 'RECEIVES', 'ID', 'REASON'];
    return {
      data: letters.map(dataOf),
      lines: rows.length === 0 ? [noneText(values)] : table([heading, ...rows]),
    };
  },
});

addAction(tool.command('export <file>'), {
  about: 'write them to FILE as NDJSON; the letters stay in the queue',
  options: WHICH,
  run: async (terminal, values, file) => {
    const letters = await look(terminal, values);
    await writeFile(file, letters.map((letter) => `${JSON.stringify(dataOf(letter))}\n`).join(''));
    return { lines: [`Wrote ${counted(letters.length, 'dead letter')} to ${file}. The queue keeps them.`] };
  },
});

addAction(tool.command('redrive'), {
  about: 'send them back to the events queue; asks first',
  options: REDRIVE,
  run: async (terminal, values) => {
    if (values.deadLetterQueueUrl !== undefined && values.queueUrl === undefined)
      throw new UsageError('Pass --queue-url: it is not known where these dead letters came from.');
    const stage = localStage(process.env);
    const from = await connectQueue(values.deadLetterQueueUrl ?? stage.deadLetterQueueUrl);
    const to = await connectQueue(values.queueUrl ?? stage.eventsQueueUrl);
    terminal.target(`${from.target} → ${to.target}`);
    return values.code === undefined && values.id === undefined
      ? await redriveAll(terminal, from, to)
      : await redriveSome(terminal, from, to, values);
  },
});

await runTool(tool);

async function redriveAll(terminal: Terminal, from: Queue, to: Queue): Promise<Result> {
  await terminal.confirm(
    async () => `Send all dead letters (about ${await countMessages(from)}) back to the events queue?`,
  );
  const letters = await Array.fromAsync(receiveDeadLetters(from));
  return letters.length === 0 ? { lines: ['No dead letters.'] } : await send(terminal, from, to, letters);
}

async function redriveSome(terminal: Terminal, from: Queue, to: Queue, values: Which): Promise<Result> {
  const { wanted, others } = await receive(from, values);
  await release(from, others);
  if (wanted.length === 0) return { lines: [noneText(values)] };
  try {
    await terminal.confirm(() => `Send ${counted(wanted.length, 'dead letter')} back to the events queue?`);
  } catch (error) {
    await release(from, wanted);
    throw error;
  }
  return await send(terminal, from, to, wanted);
}

async function send(terminal: Terminal, from: Queue, to: Queue, letters: readonly StoredDeadLetter[]) {
  const total = letters.length;
  const { moved, left, reason } = await redrive(from, to, letters, (done) =>
    terminal.progress({ verb: 'sending', noun: 'events', done, total }),
  );
  return {
    lines: [`Sent ${moved} back to the events queue.`],
    problems: left > 0 ? [`${left} could not be sent and stay in the dead-letter queue: ${reason}`] : [],
  };
}

/** Returns the wanted dead letters, all of which are visible again. */
async function look(terminal: Terminal, values: Which): Promise<StoredDeadLetter[]> {
  const from = await connectQueue(values.deadLetterQueueUrl ?? localStage(process.env).deadLetterQueueUrl);
  terminal.target(from.target);
  const { wanted, others } = await receive(from, values);
  await release(from, [...wanted, ...others]);
  return wanted;
}

/** @throws Error when no dead letter has the id that is asked for: all of them are visible again then. */
async function receive(from: Queue, { code, id }: Which) {
  const letters = await Array.fromAsync(receiveDeadLetters(from));
  const { wanted = [], others = [] } = Object.groupBy(letters, (letter) =>
    (code ?? letter.code) === letter.code && (id ?? letter.messageId) === letter.messageId
      ? 'wanted'
      : 'others',
  );
  if (id === undefined || wanted.length > 0) return { wanted, others };
  await release(from, others);
  const withCode = code === undefined ? '' : ` and the code ${code}`;
  throw new Error(`No dead letter has the id ${id}${withCode}. List them to see the ids.`);
}

function noneText({ code }: Which): string {
  return code === undefined ? 'No dead letters.' : `No dead letters with the code ${code}.`;
}

/** A receipt handle is of no use to anyone else. */
function dataOf({ receiptHandle: _, attributes: _attributes, ...letter }: StoredDeadLetter): object {
  return letter;
}
