/** `npm run emit`: sends events to a queue or to a hook, those of the local stage by default. */
import { checkEvent } from '../events/index.ts';
import { publishEvents } from '../lib/sqs/publish.ts';
import { localStage } from '../local-addresses.ts';
import { DetailedError, UsageError } from './errors.ts';
import { isFile, readEvents } from './event-files.ts';
import {
  DATA_OPTIONS,
  EVENT_OPTIONS,
  eventFromOptions,
  isGiven,
  refuse,
  typeLines,
} from './event-options.ts';
import type { ValuesOf } from './options.ts';
import { httpUrl, wholeNumber } from './options.ts';
import { connectQueue, type Queue } from './queue.ts';
import { addAction, createTool, runTool } from './runner.ts';
import { stormEvents, stormSessions } from './storm.ts';
import { counted } from './words.ts';
import { placeIn, STAGE, targetName, worldOf } from './world.ts';

const EXAMPLES = `
Types, and the options of their data:
${typeLines().join('\n')}

Examples:
  npm run emit -- match.ended --session-id ID [--session-id ID …]
  npm run emit -- user.left --session-id ID --ip ADDRESS [--ip ADDRESS …]
  npm run emit -- match.ended --data '{"session_id":"ID"}'
  npm run emit -- FILE               one event, an array of them, or one a line (NDJSON)
  npm run emit -- - < FILE           the same from standard input
  npm run emit -- --storm 1000       1,000 matches of ten players end together`;

/** The options of one event. */
const ALL_EVENT_OPTIONS = { ...DATA_OPTIONS, ...EVENT_OPTIONS };

/** The options of a storm, beside `--storm`. */
const STORM_OPTIONS = {
  shuffle: { about: 'put the events of the storm in random order' },
  seed: { value: 'N', parse: wholeNumber(0, 2 ** 31), about: 'which storm, and which order' },
  sandboxUrl: { value: 'URL', parse: httpUrl, about: 'where to create the sessions of the storm first' },
} as const;

const OPTIONS = {
  ...EVENT_OPTIONS,
  storm: { value: 'MATCHES', parse: wholeNumber(1, 100_000), about: 'send a storm of events' },
  ...STORM_OPTIONS,
  stage: STAGE,
  queueUrl: { value: 'URL', parse: httpUrl, about: 'another queue, with your AWS credentials' },
  hook: {
    value: 'URL',
    parse: httpUrl,
    about: 'send over HTTP, signed with HOOK_SIGNING_SECRET (not needed for the local stage)',
  },
  dryRun: { about: 'print the events and send none' },
  check: { negated: true, about: 'send invalid events, too' },
} as const;

/** The options of the data are among them by their names. */
type Values = ValuesOf<typeof OPTIONS>;

interface Plan {
  events: readonly unknown[];
  /** The sessions that a sandbox needs first. */
  sessions: readonly object[];
}

type OnProgress = (sent: number) => void;

interface Destination {
  target: string;
  /** The sandbox API behind it. */
  sandboxUrl: string | undefined;
  /** Returns SQS's message ids. */
  send(events: readonly unknown[], onProgress: OnProgress): Promise<(string | undefined)[]>;
}

const tool = createTool('emit')
  .argument('[event]', 'an event type, a file, or - for standard input')
  .addHelpText('after', EXAMPLES);

addAction(tool, {
  about: 'Sends events to the local stage (npm start), to another queue or to a hook.',
  options: { ...DATA_OPTIONS, ...OPTIONS },
  run: async (terminal, values, argument) => {
    if ([values.hook, values.queueUrl, values.stage].filter((place) => place !== undefined).length > 1)
      throw new UsageError('Send to --stage, to --hook or to --queue-url, not to both.');
    const { events, sessions } = await planOf(values, argument);
    if (values.check) checkAll(events);
    if (values.dryRun) return { lines: events.map((event) => JSON.stringify(event)) };
    const startedAt = performance.now();
    const destination = await destinationOf(values);
    terminal.target(destination.target);
    await createSessions(sessions, values.sandboxUrl ?? destination.sandboxUrl);
    const ids = await destination.send(events, (done) =>
      terminal.progress({ verb: 'sending', noun: 'events', done, total: events.length }),
    );
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    return {
      lines: [
        ids.length === 1
          ? `Sent, message ${ids[0]}.`
          : `Sent ${counted(ids.length, 'event')} in ${seconds} s.`,
      ],
    };
  },
});

await runTool(tool);

/** What to send, and the sessions to create before. */
async function planOf(values: Values, argument: string): Promise<Plan> {
  if (values.storm !== undefined) {
    refuseUnused(values, ALL_EVENT_OPTIONS, 'with --storm');
    if (argument !== '') throw new UsageError(`Send "${argument}" or --storm, not both.`);
    const { storm, shuffle, seed = Date.now() % 100_000 } = values;
    return { events: stormEvents(storm, { seed, shuffle }), sessions: stormSessions(storm, seed) };
  }
  if (argument === '') throw new UsageError('Nothing to send: name an event type, a file or --storm.');
  refuseUnused(values, STORM_OPTIONS, 'without --storm');
  if (!isFile(argument)) return { events: [eventFromOptions(argument, values)], sessions: [] };
  refuseUnused(values, ALL_EVENT_OPTIONS, 'with a file');
  return { events: await readEvents(argument), sessions: [] };
}

/** Refuses options that would be ignored. */
function refuseUnused(values: Values, unused: object, where: string): void {
  const given = Object.entries(values).filter(
    ([name, value]) => Object.hasOwn(unused, name) && isGiven(value),
  );
  refuse(
    given.map(([name]) => name),
    where,
  );
}

function checkAll(events: readonly unknown[]): void {
  const details = events.flatMap((event, index) => {
    const parsed = checkEvent(event);
    const where = events.length === 1 ? '' : `event ${index}: `;
    return parsed.ok
      ? []
      : parsed.violations.map(({ pointer, reason }) => `${where}${pointer || 'body'} ${reason}`);
  });
  if (details.length > 0) throw new DetailedError('Invalid events; nothing was sent.', details);
}

/** Another queue or hook has another API behind it: it has no sandbox. */
async function destinationOf({ hook, queueUrl, stage: stageName }: Values): Promise<Destination> {
  const stage = localStage(process.env);
  if (hook !== undefined) {
    const { sendToHook } = await import('./hook.ts');
    const isLocal = hook.startsWith(stage.hookUrl);
    return {
      target: targetName(hook, { name: isLocal ? 'local stage' : undefined }),
      sandboxUrl: isLocal ? stage.sandboxUrl : undefined,
      send: (events, onProgress) => sendToHook(hook, events, process.env, onProgress),
    };
  }
  const world = queueUrl === undefined ? await worldOf(stageName) : undefined;
  const queue = await connectQueue(queueUrl ?? (world && placeIn(world, 'EVENTS_QUEUE_URL')) ?? '', world);
  return {
    target: queue.target,
    sandboxUrl: queue.isLocal ? stage.sandboxUrl : undefined,
    send: (events, onProgress) => sendToQueue(queue, events, onProgress),
  };
}

async function createSessions(sessions: readonly object[], sandboxUrl: string | undefined): Promise<void> {
  if (sessions.length === 0 || sandboxUrl === undefined) return;
  const answer = await fetch(`${sandboxUrl}/_sandbox/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sessions),
  });
  if (!answer.ok)
    throw new Error(`The sandbox at ${sandboxUrl} answered ${answer.status}: ${await answer.text()}`);
}

async function sendToQueue({ client, url }: Queue, events: readonly unknown[], onProgress: OnProgress) {
  const { messageIds, failed } = await publishEvents(events, { client, queueUrl: url, onProgress });
  const [failure] = failed;
  if (failure === undefined) return messageIds;
  const { code, index, message } = failure;
  const which =
    events.length === 1 ? 'Not sent' : `${failed.length} of ${events.length} not sent; event ${index}`;
  throw new Error(`${which}: ${code} ${message}`);
}
