/** `npm run emit`: sends events to a queue, the local one by default. */
import { readFile } from 'node:fs/promises';
import { checkEvent } from '../events/index.ts';
import { publishEvents } from '../lib/sqs/publish.ts';
import { localStage } from '../local-addresses.ts';
import { UsageError } from './errors.ts';
import { eventFromOptions } from './event-options.ts';
import { sendToHook } from './hook.ts';
import { readOptions, runProgram } from './program.ts';
import { progressBar } from './progress.ts';
import { connect } from './queue.ts';
import { stormEvents, stormSessions } from './storm.ts';

const HELP = `Sends events to the local stage (npm start), or to any queue.

  npm run emit -- match.ended --session-id ID [--session-id ID …]
  npm run emit -- match.ended --deployment-request-id ID
  npm run emit -- user.left   --session-id ID --ip ADDRESS [--ip ADDRESS …]
  npm run emit -- user.joined --session-id ID --ip ADDRESS [--ip ADDRESS …]
  npm run emit -- deployment.stopped --deployment-request-id ID [… more]
  npm run emit -- tag.retired --tag NAME [--tag NAME …] [--match all]
  npm run emit -- FILE.json          one event, or an array of them
  npm run emit -- --storm 1000       so many matches of ten players end together

  --time TIME        when it happened (RFC 3339)
  --queue-url URL    another queue, with the AWS credentials that you have
  --hook URL         over HTTP instead, signed with HOOK_SIGNING_SECRET (the local stage needs none)
  --sandbox-url URL  where the storm's sessions are made first (the local sandbox)
  --shuffle          the storm in random order;  --seed N  which one
  --dry-run          print the events, send none
  --no-check         send what is no valid event, too
  --help`;

const OPTIONS = {
  'session-id': { type: 'string', multiple: true },
  'deployment-request-id': { type: 'string', multiple: true },
  ip: { type: 'string', multiple: true },
  tag: { type: 'string', multiple: true },
  match: { type: 'string' },
  time: { type: 'string' },
  storm: { type: 'string' },
  shuffle: { type: 'boolean', default: false },
  seed: { type: 'string' },
  'queue-url': { type: 'string' },
  hook: { type: 'string' },
  'sandbox-url': { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  'no-check': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

await runProgram(main);

async function main(args: string[]): Promise<void> {
  const { values, positionals } = readArguments(args);
  if (values.help) {
    console.log(HELP);
    return;
  }
  refuseContradictions(values);
  const events = await eventsOf(values, positionals);
  if (!values['no-check']) checkAll(events);
  if (values['dry-run']) {
    for (const event of events) console.log(JSON.stringify(event));
    return;
  }
  const startedAt = performance.now();
  const ids = await (values.hook === undefined
    ? sendToQueue(events, values['queue-url'])
    : sendByHook(events, values.hook));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(
    ids.length === 1
      ? `Sent, message ${ids[0]}.`
      : `Sent ${ids.length.toLocaleString('en')} events in ${seconds} s.`,
  );
}

type Values = ReturnType<typeof readArguments>['values'];

function readArguments(args: string[]) {
  return readOptions({ args, options: OPTIONS, allowPositionals: true });
}

/** What would be ignored in silence is said instead. */
function refuseContradictions(values: Values): void {
  if (values.hook !== undefined && values['queue-url'] !== undefined)
    throw new UsageError('Send to --hook or to --queue-url, not to both.');
  if (values.storm === undefined && (values.shuffle || values.seed !== undefined))
    throw new UsageError('--shuffle and --seed are for --storm.');
}

async function eventsOf(values: Values, positionals: string[]): Promise<unknown[]> {
  if (values.storm !== undefined) return await storm(values, values.storm);
  const [first, ...others] = positionals;
  if (first === undefined) throw new UsageError('Nothing to send.');
  if (others.length > 0)
    throw new UsageError(`One event type or file at a time; "${others[0]}" is one too many.`);
  return first.endsWith('.json') ? await readEvents(first) : [eventFromOptions(first, values)];
}

async function readEvents(file: string): Promise<unknown[]> {
  const text = await readFile(file, 'utf8');
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch {
    throw new Error(`${file} is not JSON.`);
  }
}

async function storm(values: Values, count: string): Promise<unknown[]> {
  const matches = wholeNumber('--storm', count, 1, 100_000);
  const seed =
    values.seed === undefined ? Date.now() % 100_000 : wholeNumber('--seed', values.seed, 0, 2 ** 31);
  const stage = localStage(process.env);
  // Another queue has another API behind it: there only a sandbox that is named is filled.
  const isLocal =
    values['queue-url'] === undefined && (values.hook ?? stage.hookUrl).startsWith(stage.hookUrl);
  const local = isLocal ? stage.sandboxUrl : undefined;
  const sandboxUrl = values['sandbox-url'] ?? local;
  if (!values['dry-run'] && sandboxUrl !== undefined)
    await seedSandbox(sandboxUrl, stormSessions(matches, seed));
  return stormEvents(matches, { seed, shuffle: values.shuffle });
}

async function seedSandbox(url: string, sessions: object[]): Promise<void> {
  const answer = await fetch(`${url}/_sandbox/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sessions),
  });
  if (!answer.ok) throw new Error(`The sandbox at ${url} answered ${answer.status}: ${await answer.text()}`);
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  if (/^\d{1,10}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
  throw new UsageError(`${option} is "${text}"; it must be a whole number from ${min} to ${max}.`);
}

function checkAll(events: readonly unknown[]): void {
  const lines = events.flatMap((event, index) => {
    const parsed = checkEvent(event);
    const where = events.length === 1 ? '' : `event ${index}: `;
    return parsed.ok
      ? []
      : parsed.violations.map(({ pointer, reason }) => `  ${where}${pointer || 'body'} ${reason}`);
  });
  if (lines.length > 0) throw new Error(['This is no valid event; nothing was sent.', ...lines].join('\n'));
}

/** Gives SQS's message ids. */
async function sendToQueue(events: readonly unknown[], queueUrl: string | undefined) {
  const { client, url } = await connect(queueUrl);
  const bar = progressBar('sending', 'events', events.length);
  const { messageIds, failed } = await publishEvents(events, {
    client,
    queueUrl: url,
    onProgress: bar.update,
  });
  bar.stop();
  client.destroy();
  const [failure] = failed;
  if (failure === undefined) return messageIds;
  const { code, index, message } = failure;
  throw new Error(
    `${failed.length} of ${events.length} not sent; the first, number ${index}: ${code} ${message}`,
  );
}

async function sendByHook(events: readonly unknown[], url: string) {
  if (!URL.canParse(url)) throw new UsageError(`--hook is "${url}"; it must be the URL of a hook.`);
  const bar = progressBar('sending', 'events', events.length);
  try {
    return await sendToHook(url, events, process.env, bar.update);
  } finally {
    bar.stop();
  }
}
