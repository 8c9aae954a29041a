/** The part of a plan that adds and removes users: for each address of a session, the latest event wins. */
import { canonicalIp } from '../../events/ip.ts';
import type { MemoryView, Moment } from '../memory/types.ts';
import { isLater, isSameEvent } from '../memory/types.ts';
import type { Outcome, PlannedEvent, RecordOutcome, UsersCall } from './types.ts';

type Action = UsersCall['operation'];

/** One event's wish for one address of a session. */
interface Wish {
  sessionId: string;
  address: string;
  action: Action;
  record: number;
  moment: Moment;
  ageMs: number;
}

/** What the user events of a batch come to. */
export interface UsersPlan {
  additions: UsersCall[];
  removals: UsersCall[];
  settled: RecordOutcome[];
  /** Records of events about sessions that the batch deletes, by session. */
  absorbed: ReadonlyMap<string, number[]>;
}

/**
 * Merges the user events of a batch into at most one addition and one removal a session.
 * @param deleted the sessions that the batch deletes: events about them need no call.
 */
export function planUsers(
  events: readonly PlannedEvent[],
  deleted: { has(sessionId: string): boolean },
  memory: MemoryView,
): UsersPlan {
  const {
    absorbed = [],
    gone = [],
    wishes = [],
  } = Object.groupBy(events.flatMap(wishesOf), ({ sessionId }) => {
    if (deleted.has(sessionId)) return 'absorbed';
    return memory.isDeleted(sessionId) ? 'gone' : 'wishes';
  });
  const { known, open } = sortOut(wishes, memory);
  const calls = [...Map.groupBy(open, ({ sessionId }) => sessionId)].flatMap(([sessionId, own]) =>
    sessionCalls(sessionId, own),
  );
  return {
    additions: calls.filter(({ operation }) => operation === 'putUsersSession'),
    removals: calls.filter(({ operation }) => operation === 'deleteUsersSession'),
    settled: [...gone.map(({ record }) => ({ record, outcome: { kind: 'gone' as const } })), ...known],
    absorbed: recordsBySession(absorbed),
  };
}

function wishesOf({ ask, record, timeMs, sentAtMs, event, ageMs }: PlannedEvent): Wish[] {
  if (ask.kind !== 'removeUsers' && ask.kind !== 'addUsers') return [];
  const { sessionId, ips } = ask;
  const action = ask.kind === 'addUsers' ? 'putUsersSession' : 'deleteUsersSession';
  const moment = { timeMs, sentAtMs, event };
  const addresses = new Set(ips.map(canonicalIp));
  return [...addresses].map((address) => ({ sessionId, address, action, record, moment, ageMs }));
}

/** Sets aside the wishes that the memory already answers. */
function sortOut(wishes: readonly Wish[], memory: MemoryView) {
  const known: RecordOutcome[] = [];
  const open: Wish[] = [];
  for (const wish of wishes) {
    const outcome = knownOutcome(wish, memory);
    if (outcome === undefined) open.push(wish);
    else known.push({ record: wish.record, outcome });
  }
  return { known, open };
}

/** An event that was applied is not applied twice, and an older one does not undo a newer one. */
function knownOutcome({ action, sessionId, address, moment }: Wish, memory: MemoryView): Outcome | undefined {
  const last = memory.lastChange(sessionId, address);
  if (last !== undefined && (isSameEvent(last, moment) || isLater(last, moment))) return { kind: 'absorbed' };
  const reason = memory.refusal(refusalKey(action, sessionId, address));
  return reason === undefined ? undefined : { kind: 'dead', code: 'REFUSED', reason };
}

/** What the memory keeps once the API refused to add or remove this address. */
export function refusalKey(action: Action, sessionId: string, address: string): string {
  return `${action} ${sessionId} ${address}`;
}

/** The latest wish for an address wins; wishes of the other kind are absorbed by it. */
function resolve(wishes: readonly Wish[]) {
  const winner = wishes.reduce((one, other) => (isLater(one.moment, other.moment) ? one : other));
  const records = (isWinners: boolean): number[] =>
    wishes.filter(({ action }) => (action === winner.action) === isWinners).map(({ record }) => record);
  return {
    action: winner.action,
    ageMs: Math.max(...wishes.map(({ ageMs }) => ageMs)),
    target: {
      value: winner.address,
      moment: winner.moment,
      records: records(true),
      absorbed: records(false),
    },
  };
}

function sessionCalls(sessionId: string, wishes: readonly Wish[]): UsersCall[] {
  const winners = [...Map.groupBy(wishes, ({ address }) => address).values()].map(resolve);
  return [...Map.groupBy(winners, ({ action }) => action)].map(([operation, own]) => ({
    operation,
    sessionId,
    targets: own.map(({ target }) => target),
    ageMs: Math.max(...own.map(({ ageMs }) => ageMs)),
  }));
}

function recordsBySession(wishes: readonly Wish[]): Map<string, number[]> {
  const sessions = Map.groupBy(wishes, ({ sessionId }) => sessionId);
  return new Map([...sessions].map(([id, own]) => [id, [...new Set(own.map(({ record }) => record))]]));
}
