/** What the local stage prints: its banner, and one line for every batch and every sweep instead of the functions' log lines. */
import pc from 'picocolors';
import * as z from 'zod/mini';
import { parseJson } from '../lib/runtime/json.ts';
import {
  LOCAL_HOOK_SECRET,
  LOCAL_QUEUE_NAMES,
  type LocalStage,
  SANDBOX_API_KEY,
} from '../local-addresses.ts';

const Batch = z.looseObject({
  message: z.literal('batch'),
  records: z.number(),
  calls: z.number(),
  callsSaved: z.number(),
  done: z.number(),
  gone: z.number(),
  absorbed: z.number(),
  ignored: z.number(),
  waiting: z.number(),
  retried: z.number(),
  dead: z.number(),
  durationMs: z.number(),
});

const DeadLetter = z.looseObject({
  message: z.literal('dead letter'),
  messageId: z.string(),
  code: z.string(),
  reason: z.string(),
});

const Sweep = z.looseObject({
  message: z.literal('sweep'),
  listed: z.number(),
  stopped: z.number(),
  durationMs: z.number(),
});

const Hook = z.looseObject({
  message: z.literal('hook'),
  route: z.string(),
  status: z.number(),
  accepted: z.number(),
});

/** serverless-offline's own lines for every invocation and every request; ours say more. */
const INVOCATION = /^(\(λ: .+\) RequestId: .+ Billed Duration: \d+ ms|[A-Z]+ \/\S* \(λ: .+\))$/;

/** The outcomes in the order they are told, and how they look. */
const OUTCOMES = [
  ['done', pc.green],
  ['absorbed', pc.green],
  ['gone', pc.dim],
  ['ignored', pc.dim],
  ['waiting', pc.cyan],
  ['retried', pc.yellow],
  ['dead', pc.red],
] as const;

/** The line of the sweep of deployments. */
const DeploymentSweep = z.object({
  message: z.literal('deployment sweep'),
  listed: z.number(),
  stale: z.number(),
  stopped: z.number(),
  hours: z.number(),
  cost: z.optional(z.number()),
  durationMs: z.number(),
});

/** What the banner shows beside the addresses of the stage. */
interface BannerFacts {
  /** How many sessions the sandbox holds. */
  sessions: number;
  /** The console's address, with its token. */
  consoleUrl: string;
  /** What stands before a command so that it finds this stage. */
  settings: string;
}

/** What a person sees once the stage is ready. */
export function banner(stage: LocalStage, { sessions, consoleUrl, settings }: BannerFacts): string {
  const command = (text: string): string => pc.bold(settings + text.padEnd(50));
  return `
${pc.bold('session-hooks')} is ready: send events, and watch their sessions go. ${pc.dim('Ctrl-C stops it.')}

  Console        ${pc.cyan(consoleUrl)} ${pc.dim('(open it in a browser)')}
  Events queue   ${pc.cyan(stage.eventsQueueUrl)}
  Dead letters   ${pc.cyan(stage.deadLetterQueueUrl)}
  Hook           ${pc.cyan(stage.hookUrl)} ${pc.dim(`(sign with ${LOCAL_HOOK_SECRET})`)}
  Sessions API   ${pc.cyan(stage.sandboxUrl)} ${pc.dim(`(a sandbox; ${sessions} sessions are playing)`)}

Try in another terminal:
  ${command('npm run emit -- match.ended --session-id abc123-s')} ${pc.dim('a match ends, its session goes')}
  ${command('npm run emit -- --storm 1000')} ${pc.dim('11,000 events, a handful of calls')}
  ${command('npm run sweep')} ${pc.dim(`sessions that no event ended; it also runs every ${stage.sweepSeconds} s`)}
  curl -H 'Authorization: token ${SANDBOX_API_KEY}' ${stage.sandboxUrl}/v1/sessions

`;
}

/** Why events go back to the queue. */
const Retry = z.object({
  message: z.literal('events go back to the queue'),
  code: z.string(),
  events: z.number(),
  reason: z.optional(z.string()),
});

/** CloudWatch's metrics, and the audit, which the console shows: nothing that a person reads here. */
const Silent = z.union([
  z.object({ _aws: z.object({ CloudWatchMetrics: z.array(z.unknown()) }) }),
  z.object({ message: z.literal('audit') }),
]);

function retryLine({ code, events, reason = '' }: z.infer<typeof Retry>, time: Date): string {
  return `${clock(time)}  ${pc.yellow(`${count(events, 'event')} will be tried again`)}: ${code}, ${reason}`;
}

/** The line of a batch that failed as a whole. */
export function failedBatchLine(records: number, error: unknown, time: Date): string {
  const reason = error instanceof Error ? error.message : String(error);
  const back = `${count(records, 'event')} ${records === 1 ? 'goes' : 'go'} back to ${LOCAL_QUEUE_NAMES.events}`;
  return `${clock(time)}  ${pc.red('batch failed')}: ${reason} (${back})\n`;
}

/** The line of a batch that is not answered yet. @param elapsedMs since the function was invoked */
export function workingLine(records: number, elapsedMs: number, time: Date): string {
  const seconds = pc.dim(`${Math.round(elapsedMs / 1000)} s`);
  return `${clock(time)}  ${count(records, 'event')}: ${pc.yellow('working…')} waiting for the API  ${seconds}\n`;
}

/** The line of a sweep that failed. */
export function failedSweepLine(error: unknown, time: Date): string {
  return `${clock(time)}  ${pc.red('sweep failed')}: ${error instanceof Error ? error.message : String(error)}\n`;
}

/** One line of output as the stage shows it; undefined: not at all. @param time when it was written */
export function showLine(line: string, time: Date): string | undefined {
  if (INVOCATION.test(stripColors(line))) return undefined;
  if (!line.startsWith('{')) return line;
  const entry = parseJson(line);
  const batch = Batch.safeParse(entry);
  if (batch.success) return batchLine(batch.data, time);
  const letter = DeadLetter.safeParse(entry);
  if (letter.success) return deadLetterLine(letter.data, time);
  const retry = Retry.safeParse(entry);
  if (retry.success) return retryLine(retry.data, time);
  const sweep = Sweep.safeParse(entry);
  if (sweep.success) return sweepLine(sweep.data, time);
  const deployments = DeploymentSweep.safeParse(entry);
  if (deployments.success) return deploymentSweepLine(deployments.data, time);
  const hook = Hook.safeParse(entry);
  if (hook.success) return hookLine(hook.data, time);
  return Silent.safeParse(entry).success ? undefined : line;
}

function batchLine(batch: z.infer<typeof Batch>, time: Date): string {
  const outcomes = OUTCOMES.flatMap(([name, color]) =>
    batch[name] > 0 ? [color(`${batch[name]} ${name}`)] : [],
  );
  const calls = `${count(batch.calls, 'call')}${batch.callsSaved > 0 ? `, ${batch.callsSaved} saved` : ''}`;
  return [
    clock(time),
    `${pc.bold(count(batch.records, 'event'))} → ${pc.bold(calls)}`,
    outcomes.join(', '),
    pc.dim(`${Math.round(batch.durationMs)} ms`),
  ].join('  ');
}

function sweepLine({ listed, stopped, durationMs }: z.infer<typeof Sweep>, time: Date): string {
  const outcome = stopped > 0 ? pc.green(`${stopped} stopped`) : pc.dim('none is stale');
  return `${clock(time)}  ${pc.bold(`sweep of ${count(listed, 'session')}`)}  ${outcome}  ${pc.dim(`${Math.round(durationMs)} ms`)}`;
}

function deploymentSweepLine(line: z.infer<typeof DeploymentSweep>, time: Date): string {
  const { listed, stale, stopped, hours, cost, durationMs } = line;
  const costs = cost === undefined ? '' : `, ${cost.toFixed(2)} spent`;
  const found = stale === 0 ? pc.dim('none is stale') : `${stale} stale for ${hours} h${costs}`;
  const outcome = stopped > 0 ? pc.green(`${stopped} stopped`) : '';
  return [
    clock(time),
    pc.bold(`sweep of ${count(listed, 'deployment')}`),
    found,
    outcome,
    pc.dim(`${Math.round(durationMs)} ms`),
  ]
    .filter((part) => part !== '')
    .join('  ');
}

function hookLine({ route, status, accepted }: z.infer<typeof Hook>, time: Date): string {
  const outcome = status < 300 ? pc.green(`${count(accepted, 'event')} queued`) : pc.red(String(status));
  return `${clock(time)}  ${pc.bold(route)}  ${outcome}`;
}

function deadLetterLine({ messageId, code, reason }: z.infer<typeof DeadLetter>, time: Date): string {
  return `${clock(time)}  ${pc.red('dead letter')} ${messageId}: ${code}, ${reason}`;
}

/**
 * Shows everything that is written to the stream, line by line, through `show`.
 * @param show gives what to write for a line, or undefined for nothing.
 */
export function rewriteLines(stream: NodeJS.WriteStream, show: (line: string) => string | undefined): void {
  const write = stream.write.bind(stream);
  type Done = (error?: Error | null) => void;
  stream.write = (chunk: Uint8Array | string, encoding?: BufferEncoding | Done, done?: Done): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    // serverless-offline writes blank lines around the lines that are not shown.
    const shown = text.trim() === '' ? '' : rewrite(text, show);
    return write(shown, typeof encoding === 'function' ? encoding : done);
  };
}

/** A chunk of output, every line of it replaced. */
export function rewrite(text: string, show: (line: string) => string | undefined): string {
  return text
    .split(/(?<=\n)/)
    .map((line) => {
      const bare = line.replace(/\n$/, '');
      const shown = show(bare);
      return shown === undefined ? '' : shown + line.slice(bare.length);
    })
    .join('');
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

function clock(time: Date): string {
  return pc.dim(time.toTimeString().slice(0, 8));
}

function stripColors(text: string): string {
  return text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g'), '');
}
