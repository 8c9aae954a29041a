/**
 * Empty deployments: how many users are on them, as their backend reports it. One that stays without users for the time
 * that the event names is stopped. The wait lives in the queue: the event is hidden until it is due. Only a later report
 * of users takes its place, which the memory keeps for all environments; a later empty one changes nothing, because a
 * backend that repeats its reports would put off the stop for ever.
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
  /** How long until it is to be acted upon, in milliseconds: 0 or less is now, `Infinity` is never. */
  waitMs: number;
  action: 'join' | 'leave';
}

/**
 * Decides about the reports of a batch. Of several about one deployment the latest that is to be acted upon now counts;
 * later empty ones wait on.
 * @param memory undefined: this environment remembers alone, and must not decide.
 */
export async function resolveUserCounts(
  events: readonly PlannedEvent[],
  memory: Pick<Memory, 'register'> | undefined,
  signal: AbortSignal,
): Promise<UserCounts> {
  const nowMs = Date.now();
  const reports = events.flatMap((event) => reportsOf(event, nowMs));
  const register = reports.length === 0 ? undefined : memory?.register(signal);
  const latest = latestDue(reports);
  const decided = await Promise.all(
    reports.map(async (report) => {
      const counting = latest.get(report.requestId);
      return { report, outcome: isAbsorbed(report, counting) ? ABSORBED : await decide(report, register) };
    }),
  );
  const due = decided.filter(({ outcome }) => outcome === 'due').map(({ report }) => report);
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
    settled: decided.flatMap(({ report: { record }, outcome }) =>
      outcome === 'due' ? [] : { record, outcome },
    ),
  };
}

const ABSORBED: Outcome = { kind: 'absorbed' };

const ALONE: Outcome = {
  kind: 'retry',
  code: 'MEMORY_UNAVAILABLE',
  reason:
    'MEMORY_TABLE is not set: without it, another environment may know of users on this deployment. It is not stopped.',
};

function reportsOf(event: PlannedEvent, nowMs: number): Report[] {
  const { ask, timeMs } = event;
  if (ask.kind !== 'countUsers') return [];
  const { requestId, users, stopAfterMs = Number.POSITIVE_INFINITY } = ask;
  if (users > 0) return [{ ...event, requestId, users, waitMs: 0, action: 'join' }];
  return [{ ...event, requestId, users, waitMs: timeMs + stopAfterMs - nowMs, action: 'leave' }];
}

/** Of the reports of each deployment that are to be acted upon now, the latest. */
function latestDue(reports: readonly Report[]): ReadonlyMap<string, Report> {
  const latest = new Map<string, Report>();
  for (const report of reports) {
    const known = latest.get(report.requestId);
    if (report.waitMs <= 0 && (known === undefined || isLater(report, known)))
      latest.set(report.requestId, report);
  }
  return latest;
}

function isAbsorbed(report: Report, counting: Report | undefined): boolean {
  if (report.waitMs === Number.POSITIVE_INFINITY) return true;
  if (counting === undefined || counting === report) return false;
  return report.waitMs <= 0 || isLater(counting, report);
}

/** A report that counts stands in the register: one that finds a later one there is absorbed. */
async function decide(report: Report, register: Register | undefined): Promise<Outcome | 'due'> {
  const { users, waitMs } = report;
  if (register === undefined) return users > 0 ? ABSORBED : ALONE;
  if (waitMs > 0) return { kind: 'waiting', waitMs };
  try {
    const { won } = await register.claim(entryOf(report));
    if (!won) return ABSORBED;
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return retryWithoutMemory(error);
  }
  return users > 0 ? { kind: 'done' } : 'due';
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
