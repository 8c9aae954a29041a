/**
 * Empty deployments: how many users are on them, as their backend reports it. One that stays without users for the time
 * that the event names is stopped. The wait lives in the queue (the event is hidden until it is due) and in the memory,
 * which keeps the latest report of each deployment in the order of their moments, for all environments.
 */
import { MemoryError } from '../memory/errors.ts';
import type { Memory } from '../memory/memory.ts';
import type { Entry, Register } from '../memory/register.ts';
import { isLater, momentText, shortEvent, timeText } from '../memory/types.ts';
import { retryWithoutMemory } from './findings.ts';
import type { Outcome, PlannedEvent, RecordOutcome } from './types.ts';

/** What the reports of a batch come to. */
export interface UserCounts {
  /** The other events, and the reports that are due: they ask for the stop of their deployment. */
  events: PlannedEvent[];
  settled: RecordOutcome[];
}

/** A report: the event, and what it says. */
interface Report extends PlannedEvent {
  requestId: string;
  users: number;
  stopAfterMs?: number;
  action: 'join' | 'leave';
}

/**
 * Decides about the reports of a batch. Of several about one deployment the latest counts.
 * @param memory undefined: this environment remembers alone, and must not decide.
 */
export async function resolveUserCounts(
  events: readonly PlannedEvent[],
  memory: Pick<Memory, 'register'> | undefined,
  signal: AbortSignal,
): Promise<UserCounts> {
  const reports = events.flatMap(reportsOf);
  const register = reports.length === 0 ? undefined : memory?.register(signal);
  const latest = [...Map.groupBy(reports, ({ requestId }) => requestId).values()].map((group) =>
    group.reduce((one, other) => (isLater(one, other) ? one : other)),
  );
  const decided = await Promise.all(
    latest.map(async (report) => ({ report, outcome: await decide(report, register) })),
  );
  const due = decided.filter(({ outcome }) => outcome === 'due').map(({ report }) => report);
  const isOlder = ({ record }: Report): boolean => latest.every((report) => report.record !== record);
  return {
    events: [
      ...events.filter(({ ask }) => ask.kind !== 'countUsers'),
      ...due.map(
        ({ requestId, ...event }): PlannedEvent => ({
          ...event,
          ask: { kind: 'stopDeployments', requestIds: [requestId] },
        }),
      ),
    ],
    settled: [
      ...reports.filter(isOlder).map(({ record }): RecordOutcome => ({ record, outcome: ABSORBED })),
      ...decided.flatMap(({ report: { record }, outcome }) => (outcome === 'due' ? [] : { record, outcome })),
    ],
  };
}

const ABSORBED: Outcome = { kind: 'absorbed' };

const ALONE: Outcome = {
  kind: 'retry',
  code: 'MEMORY_UNAVAILABLE',
  reason:
    'MEMORY_TABLE is not set: without it, another environment may know of users on this deployment. It is not stopped.',
};

function reportsOf(event: PlannedEvent): Report[] {
  const { ask } = event;
  if (ask.kind !== 'countUsers') return [];
  const { kind: _, ...report } = ask;
  return [{ ...event, ...report, action: report.users > 0 ? 'join' : 'leave' }];
}

/** The latest report stands in the register: one that finds a later one there is absorbed. */
async function decide(report: Report, register: Register | undefined): Promise<Outcome | 'due'> {
  const { users, stopAfterMs, timeMs } = report;
  if (users === 0 && stopAfterMs === undefined) return ABSORBED;
  if (register === undefined) return users > 0 ? ABSORBED : ALONE;
  try {
    const { won } = await register.claim(entryOf(report));
    if (!won) return ABSORBED;
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return retryWithoutMemory(error);
  }
  if (users > 0 || stopAfterMs === undefined) return { kind: 'done' };
  const waitMs = timeMs + stopAfterMs - Date.now();
  return waitMs > 0 ? { kind: 'waiting', waitMs } : 'due';
}

function entryOf(report: Report): Entry {
  const { requestId, timeMs, event, action } = report;
  return {
    id: `deployment-users#${requestId}`,
    moment: momentText(report),
    time: timeText(timeMs),
    event: shortEvent(event),
    action,
  };
}
