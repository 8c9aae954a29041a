/** The part of a plan that adds and removes users: for each address of a session, the latest event wins. */
import { canonicalIp } from '../../events/ip.ts';
import type { MemoryView, Moment } from '../memory/types.ts';
import { isLater } from '../memory/types.ts';
import type { AddressTarget, Plan, PlannedEvent, Target, UsersCall } from './types.ts';

type Action = UsersCall['operation'];

/** The winning change of one address so far. */
interface Change extends AddressTarget {
  action: Action;
  ageMs: number;
}

/** The changes of one session: canonical address → winning change. */
type Changes = Map<string, Change>;

/** What the user events of a batch come to. */
export interface UsersPlan {
  additions: UsersCall[];
  removals: UsersCall[];
  settled: Plan['settled'];
}

/**
 * Merges the user events of a batch into at most one addition and one removal a session. An event of a
 * session in `deleted` is absorbed by that deletion (its record is added to the target).
 */
export function planUsers(
  events: readonly PlannedEvent[],
  deleted: ReadonlyMap<string, Target>,
  memory: MemoryView,
): UsersPlan {
  const sessions = new Map<string, Changes>();
  const settled: Plan['settled'] = [];
  for (const event of events) {
    if (event.ask.kind !== 'removeUsers' && event.ask.kind !== 'addUsers') continue;
    const { sessionId } = event.ask;
    const deletion = deleted.get(sessionId);
    if (deletion !== undefined) deletion.absorbed.push(event.record);
    else if (memory.isDeleted(sessionId)) settled.push({ record: event.record, outcome: 'gone' });
    else mergeEvent(changesOf(sessions, sessionId), event, event.ask, memory, settled);
  }
  return {
    additions: usersCalls(sessions, 'putUsersSession'),
    removals: usersCalls(sessions, 'deleteUsersSession'),
    settled,
  };
}

function changesOf(sessions: Map<string, Changes>, sessionId: string): Changes {
  let changes = sessions.get(sessionId);
  if (changes === undefined) {
    changes = new Map();
    sessions.set(sessionId, changes);
  }
  return changes;
}

function mergeEvent(
  changes: Changes,
  event: PlannedEvent,
  ask: { kind: 'removeUsers' | 'addUsers'; sessionId: string; ips: readonly string[] },
  memory: MemoryView,
  settled: Plan['settled'],
): void {
  const action = ask.kind === 'addUsers' ? 'putUsersSession' : 'deleteUsersSession';
  const moment = { timeMs: event.timeMs, sentAtMs: event.sentAtMs };
  for (const ip of ask.ips) {
    const address = canonicalIp(ip);
    const last = memory.lastChange(ask.sessionId, address);
    if (last !== undefined && isLater(last, moment)) {
      settled.push({ record: event.record, outcome: 'absorbed' });
    } else {
      mergeAddress(changes, address, { ip, action, moment, event });
    }
  }
}

function mergeAddress(
  changes: Changes,
  address: string,
  next: { ip: string; action: Action; moment: Moment; event: PlannedEvent },
): void {
  const { action, moment, event } = next;
  const now = changes.get(address);
  if (now === undefined) {
    const target = { value: next.ip, records: [event.record], absorbed: [], moment };
    changes.set(address, { ...target, action, ageMs: event.ageMs });
    return;
  }
  now.ageMs = Math.max(now.ageMs, event.ageMs);
  if (now.action === action) {
    if (now.records.at(-1) !== event.record) now.records.push(event.record);
    if (isLater(moment, now.moment)) now.moment = moment;
  } else if (isLater(now.moment, moment)) {
    now.absorbed.push(event.record);
  } else {
    Object.assign(now, {
      value: next.ip,
      action,
      moment,
      records: [event.record],
      absorbed: [...now.records, ...now.absorbed],
    });
  }
}

function usersCalls(sessions: Map<string, Changes>, operation: Action): UsersCall[] {
  const calls: UsersCall[] = [];
  for (const [sessionId, changes] of sessions) {
    const targets = [...changes.values()].filter((change) => change.action === operation);
    if (targets.length === 0) continue;
    const ageMs = targets.reduce((oldest, change) => Math.max(oldest, change.ageMs), 0);
    calls.push({
      operation,
      sessionId,
      targets: targets.map(({ value, records, absorbed, moment }) => ({ value, records, absorbed, moment })),
      ageMs,
    });
  }
  return calls;
}
