/** The functions' log lines from CloudWatch Logs: those of the last hours, then each as it comes. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { OnLine } from '../source.ts';
import type { Aws } from './aws.ts';

/** FilterLogEvents allows five requests a second in some regions. */
const EVERY_MS = 3000;
/** Lines may arrive this late, and out of order. */
const LATE_MS = 60_000;
/** More lines than arrive within that time. */
const MOST_SEEN = 50_000;
const MESSAGES = ['batch', 'audit', 'sweep', 'deployment sweep'];
const PATTERN = `{ ${MESSAGES.map((message) => `($.message = "${message}")`).join(' || ')} }`;

const page = z.looseObject({
  events: z._default(
    z.array(z.looseObject({ eventId: z.string(), message: z.string(), timestamp: z.number() })),
    [],
  ),
  nextToken: z.optional(z.nullable(z.string())),
});

type LogEvent = z.infer<typeof page>['events'][number];

/**
 * Hands on the lines of these log groups since a time, then follows them until the signal aborts. A look that fails is
 * made again.
 * @param sinceMs epoch milliseconds.
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 */
export async function followLogs(
  aws: Aws,
  logGroups: readonly string[],
  { sinceMs, onLine, signal }: { sinceMs: number; onLine: OnLine; signal: AbortSignal },
): Promise<void> {
  const readers = logGroups.map((group) => createReader(aws, group, sinceMs));
  while (!signal.aborted) {
    const found = await Promise.allSettled(readers.map((read) => read()));
    const events = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    for (const { message } of events.toSorted((a, b) => a.timestamp - b.timestamp)) onLine(message.trim());
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Returns what reads the lines of a group that were not read before. */
function createReader(aws: Aws, logGroupName: string, sinceMs: number): () => Promise<LogEvent[]> {
  const seen = new Set<string>();
  let startTime = sinceMs;
  return async () => {
    const events = await readAll(aws, { logGroupName, startTime, filterPattern: PATTERN });
    const fresh = events.filter(({ eventId }) => !seen.has(eventId));
    for (const { eventId, timestamp } of fresh) {
      seen.add(eventId);
      startTime = Math.max(startTime, timestamp - LATE_MS);
    }
    for (const old of [...seen].slice(0, -MOST_SEEN)) seen.delete(old);
    return fresh;
  };
}

async function readAll(aws: Aws, query: object): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  let nextToken: string | null | undefined;
  do {
    const body = nextToken ? { ...query, nextToken } : query;
    const answer = page.parse(await aws.post('logs', 'Logs_20140328.FilterLogEvents', '1.1', body));
    events.push(...answer.events);
    ({ nextToken } = answer);
  } while (nextToken);
  return events;
}
