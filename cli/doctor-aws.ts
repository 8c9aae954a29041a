/** The doctor's checks of what a stage has on AWS: queues, table, and the parameters of its functions. */
import { readApiConfig } from '../lib/edgegap/config.ts';
import { readHookConfig } from '../lib/hook/config.ts';
import { readMemoryConfig } from '../lib/memory/config.ts';
import { openMemory } from '../lib/memory/memory.ts';
import type { Environment } from '../lib/runtime/environment.ts';
import { readBatchConfig, readQueueConfig } from '../lib/session-events/config.ts';
import { readSweepConfig } from '../lib/sweep/config.ts';
import { awsOf } from './aws.ts';
import { type Check, fail, ok, skip, textOf, warn } from './check.ts';
import { connectQueue, countMessages } from './queue.ts';
import { counted } from './words.ts';
import type { StageFunction, World } from './world.ts';

const TIMEOUT_MS = 10_000;

/** What each function reads when it starts. */
const READERS: Readonly<Record<StageFunction, readonly ((env: Environment) => unknown)[]>> = {
  'session-events': [readApiConfig, readQueueConfig, readBatchConfig, readMemoryConfig],
  'stale-sessions': [readApiConfig, readSweepConfig, readMemoryConfig],
  hook: [readHookConfig],
};

/** Checks the variables of a function as the function itself does when it starts. */
export function checkParameters(of: StageFunction, env: Environment): Check {
  const name = `parameters of ${of}`;
  const problems = READERS[of].flatMap((read) => {
    try {
      read(env);
      return [];
    } catch (error) {
      return [textOf(error)];
    }
  });
  if (problems.length === 0) return ok(name, 'valid');
  return fail(name, [...new Set(problems)].join(' '), 'Set the parameter, and deploy again.');
}

/** Checks one of the two queues. */
export async function checkQueue(
  world: World,
  variable: 'EVENTS_QUEUE_URL' | 'DEAD_LETTER_QUEUE_URL',
): Promise<Check> {
  const isDead = variable === 'DEAD_LETTER_QUEUE_URL';
  const name = isDead ? 'dead letters' : 'events queue';
  const url = world.env[variable] ?? '';
  if (url === '') return skip(name, `${variable} is not set`);
  try {
    const { visible, inFlight } = await countMessages(await connectQueue(url, world));
    const found = `${counted(visible, 'message')}, ${inFlight.toLocaleString('en')} in flight`;
    return isDead && visible + inFlight > 0
      ? warn(name, found, 'Read why: npm run dead-letters -- list')
      : ok(name, found);
  } catch (error) {
    const advice = world.isLocal
      ? 'Is the local stage running (npm start)?'
      : 'Check the URL, and that your AWS credentials may use sqs:GetQueueAttributes.';
    return fail(name, textOf(error) || `${url} does not answer`, advice);
  }
}

/** The memory waits two seconds for its table, as a function must. A machine that is busy may need longer. */
async function patiently<T>(ask: () => Promise<T>, repeats = 2): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (repeats === 0) throw error;
    return await patiently(ask, repeats - 1);
  }
}

/** Checks that the memory's table can be read. */
export async function checkTable(world: World): Promise<Check> {
  const table = world.env.MEMORY_TABLE ?? '';
  if (table === '') return skip('table', 'MEMORY_TABLE is not set: each environment remembers alone');
  try {
    const aws = await awsOf(world);
    const { days } = readMemoryConfig(world.env);
    const memory = openMemory({ table, days }, () => aws);
    await patiently(() => memory.why('doctor', AbortSignal.timeout(TIMEOUT_MS)));
    return ok('table', `${table} answers`);
  } catch (error) {
    const advice = world.isLocal
      ? 'Is the local stage running (npm start)?'
      : 'Check that the table exists, and that your AWS credentials may use dynamodb:BatchGetItem on it.';
    return fail('table', textOf(error), advice);
  }
}
