/** `npm run dead-letters`: what could not be applied, why, and back into the queue with it. */
import { writeFile } from 'node:fs/promises';
import type { StoredDeadLetter } from '../lib/sqs/dead-letter.ts';
import type { QueueRef } from '../lib/sqs/redrive.ts';
import { receiveDeadLetters, redrive, release } from '../lib/sqs/redrive.ts';
import { localStage } from '../local-addresses.ts';
import { confirm } from './ask.ts';
import { UsageError } from './errors.ts';
import { readOptions, runProgram } from './program.ts';
import { progressBar } from './progress.ts';
import { connect } from './queue.ts';
import { table } from './table.ts';

const HELP = `Dead letters of the local stage (npm start), or of any queue.

  npm run dead-letters -- list [--json]
  npm run dead-letters -- redrive [--code CODE] [--id MESSAGE_ID] [--yes]
  npm run dead-letters -- export FILE.ndjson

  --code CODE                  only those with this code
  --id MESSAGE_ID              only this one (see list)
  --dead-letter-queue-url URL  another queue, with the AWS credentials that you have
  --queue-url URL              where redrive sends to; needed with another dead-letter queue
  --help`;

const OPTIONS = {
  json: { type: 'boolean', default: false },
  code: { type: 'string' },
  id: { type: 'string' },
  yes: { type: 'boolean', default: false },
  'dead-letter-queue-url': { type: 'string' },
  'queue-url': { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Values = ReturnType<typeof readArguments>['values'];

await runProgram(main);

async function main(args: string[]): Promise<void> {
  const { values, positionals } = readArguments(args);
  const [command, file] = positionals;
  if (values.help) console.log(HELP);
  else if (command === 'list') await list(values);
  else if (command === 'redrive') await redriveLetters(values);
  else if (command === 'export') await exportLetters(values, file);
  else throw new UsageError(command === undefined ? 'Say what to do.' : `"${command}" is no command.`);
}

function readArguments(args: string[]) {
  return readOptions({ args, options: OPTIONS, allowPositionals: true });
}

async function deadLetterQueue(values: Values): Promise<QueueRef> {
  return await connect(values['dead-letter-queue-url'] ?? localStage(process.env).deadLetterQueueUrl);
}

async function list(values: Values): Promise<void> {
  const letters = await look(await deadLetterQueue(values), values);
  if (values.json) {
    console.log(JSON.stringify(letters.map(shown), null, 2));
  } else if (letters.length === 0) {
    console.log('No dead letters.');
  } else {
    const rows = letters.map(({ failedAt, type, code, receiveCount, messageId, reason }) => [
      failedAt,
      type,
      code,
      String(receiveCount),
      messageId,
      reason,
    ]);
    console.log(table([['WHEN', 'TYPE', 'CODE', 'RECEIVES', 'ID', 'REASON'], ...rows]));
  }
}

async function exportLetters(values: Values, file: string | undefined): Promise<void> {
  if (file === undefined) throw new UsageError('Say which file to write.');
  const letters = await look(await deadLetterQueue(values), values);
  await writeFile(file, letters.map((letter) => `${JSON.stringify(shown(letter))}\n`).join(''));
  console.log(`Wrote ${letters.length} dead letters to ${file}. They stay in the queue.`);
}

async function redriveLetters(values: Values): Promise<void> {
  if (values['dead-letter-queue-url'] !== undefined && values['queue-url'] === undefined) {
    throw new UsageError('Say where to send them: --queue-url.');
  }
  const [from, to] = [await deadLetterQueue(values), await connect(values['queue-url'])];
  const filtered = values.code !== undefined || values.id !== undefined;
  if (!filtered && !(await confirm('Send all dead letters back to the events queue?', values.yes))) return;
  const { wanted, others } = await receive(from, values);
  await release(from, others);
  if (wanted.length === 0) {
    console.log('No dead letters.');
    return;
  }
  // Without a filter the person has said yes already.
  if (filtered && !(await agreed(from, wanted, values))) return;
  const bar = progressBar('sending', 'events', wanted.length);
  const { moved, left, reason } = await redrive(from, to, wanted, bar.update);
  bar.stop();
  console.log(`Sent ${moved} back to the events queue.`);
  if (left > 0) throw new Error(`${left} stay in the dead-letter queue: ${reason}`);
}

async function agreed(from: QueueRef, wanted: readonly StoredDeadLetter[], values: Values): Promise<boolean> {
  try {
    const yes = await confirm(`Send ${wanted.length} dead letters back to the events queue?`, values.yes);
    if (!yes) await release(from, wanted);
    return yes;
  } catch (error) {
    await release(from, wanted);
    throw error;
  }
}

/** What is there and wanted, made visible again at once. */
async function look(from: QueueRef, values: Values): Promise<StoredDeadLetter[]> {
  const { wanted, others } = await receive(from, values);
  await release(from, [...wanted, ...others]);
  return wanted;
}

async function receive(from: QueueRef, { code, id }: Values) {
  const letters = await Array.fromAsync(receiveDeadLetters(from));
  const isWanted = (letter: StoredDeadLetter): boolean =>
    (code === undefined || letter.code === code) && (id === undefined || letter.messageId === id);
  return { wanted: letters.filter(isWanted), others: letters.filter((letter) => !isWanted(letter)) };
}

/** The letter without what only SQS uses. */
function shown({
  receiptHandle: _receiptHandle,
  attributes: _attributes,
  ...letter
}: StoredDeadLetter): object {
  return letter;
}
