/** The part of a plan that adds and removes users: for each address of a session, the latest event wins. */
import { canonicalIp } from '../../events/ip.ts';
import type { MemoryView, UserAction, UserChange } from '../memory/types.ts';
import { isLater } from '../memory/types.ts';
import type { AddressTarget, HeldRemoval, PlannedEvent, RecordOutcome, UsersCall } from './types.ts';

/** One event's wish for one address of a session. */
interface Wish extends Omit<UserChange, 'mergedReceiveCount'> {
  record: number;
  ageMs: number;
  /** How long it is still held back, in milliseconds. */
  waitMs: number;
}

/** What the user events of a batch come to. */
export interface UsersPlan {
  additions: UsersCall[];
  removals: UsersCall[];
  held: HeldRemoval[];
  settled: RecordOutcome[];
  /** Records of events about sessions that the batch deletes, by session. */
  absorbed: ReadonlyMap<string, number[]>;
}

/** The winning wish for an address. */
interface Winner {
  ageMs: number;
  waitMs: number;
  target: AddressTarget;
}

/** The operation that carries out an action. */
export const OPERATIONS = { join: 'putUsersSession', leave: 'deleteUsersSession' } as const;

/**
 * Merges the user events of a batch into at most one addition and one removal a session.
 * @param deleted the sessions that the batch deletes: events about them need no call.
 * @param graceMs removals of younger events are held back.
 */
export function planUsers(
  events: readonly PlannedEvent[],
  deleted: { has(sessionId: string): boolean },
  memory: MemoryView,
  graceMs: number,
): UsersPlan {
  const all = events.flatMap((event) => wishesOf(event, graceMs));
  const {
    absorbed = [],
    gone = [],
    refused = [],
    wishes = [],
  } = Object.groupBy(all, (wish) => {
    if (deleted.has(wish.sessionId)) return 'absorbed';
    if (memory.isDeleted(wish.sessionId)) return 'gone';
    return memory.refusal(refusalKey(wish)) === undefined ? 'wishes' : 'refused';
  });
  const winners = [
    ...Map.groupBy(wishes, ({ sessionId, address }) => `${sessionId} ${address}`).values(),
  ].map(resolve);
  const due = winners.filter(({ waitMs }) => waitMs <= 0);
  return {
    additions: usersCalls('join', due),
    removals: usersCalls('leave', due),
    held: winners.filter(({ waitMs }) => waitMs > 0),
    settled: [
      ...gone.map(({ record }): RecordOutcome => ({ record, outcome: { kind: 'gone' } })),
      ...refused.map((wish) => refusedOutcome(wish, memory)),
    ],
    absorbed: recordsBySession(absorbed),
  };
}

function wishesOf(event: PlannedEvent, graceMs: number): Wish[] {
  const { ask, record, timeMs, sentAtMs, ageMs } = event;
  if (ask.kind !== 'removeUsers' && ask.kind !== 'addUsers') return [];
  const action = ask.kind === 'addUsers' ? 'join' : 'leave';
  const moment = { timeMs, sentAtMs, event: event.event };
  const graceOf = action === 'leave' ? graceMs : 0;
  const waitMs = graceOf === 0 ? 0 : graceOf - (ageMs + sentAtMs - timeMs);
  const receiveCount = receivesWithCalls(event, graceOf);
  const { sessionId } = ask;
  return [...new Set(ask.ips.map(canonicalIp))].map((address) => {
    return { ...moment, sessionId, address, action, receiveCount, record, ageMs, waitMs };
  });
}

/** A receive that only held the event back made no call. There is one at most: it hides the event until it is due. */
function receivesWithCalls(event: PlannedEvent, graceMs: number): number {
  const wasHeld = event.receiveCount > 1 && event.firstReceivedAtMs < event.timeMs + graceMs;
  return event.receiveCount - (wasHeld ? 1 : 0);
}

/** What the memory keeps once the API refused to add or remove this address. */
export function refusalKey({
  action,
  sessionId,
  address,
}: Pick<UserChange, 'action' | 'sessionId' | 'address'>): string {
  return `${OPERATIONS[action]} ${sessionId} ${address}`;
}

function refusedOutcome(wish: Wish, memory: MemoryView): RecordOutcome {
  const reason = memory.refusal(refusalKey(wish)) ?? '';
  return { record: wish.record, outcome: { kind: 'dead', code: 'REFUSED', reason } };
}

/** The latest wish for an address wins; wishes of the other kind are absorbed by it. */
function resolve(wishes: readonly Wish[]): Winner {
  const winner = wishes.reduce((one, other) => (isLater(one, other) ? one : other));
  const { record: _, ageMs: _age, waitMs, ...change } = winner;
  const recordsOf = (own: readonly Wish[]): number[] => own.map(({ record }) => record);
  const others = wishes.filter((wish) => wish !== winner);
  return {
    ageMs: Math.max(...wishes.map(({ ageMs }) => ageMs)),
    waitMs,
    target: {
      value: winner.address,
      records: recordsOf(wishes.filter(({ action }) => action === winner.action)),
      absorbed: recordsOf(wishes.filter(({ action }) => action !== winner.action)),
      change: {
        ...change,
        mergedReceiveCount: Math.max(0, ...others.map(({ receiveCount }) => receiveCount)),
      },
    },
  };
}

/** One call for each session. */
function usersCalls(action: UserAction, winners: readonly Winner[]): UsersCall[] {
  const own = winners.filter(({ target }) => target.change.action === action);
  return [...Map.groupBy(own, ({ target }) => target.change.sessionId)].map(([sessionId, group]) => ({
    operation: OPERATIONS[action],
    sessionId,
    targets: group.map(({ target }) => target),
    ageMs: Math.max(...group.map(({ ageMs }) => ageMs)),
  }));
}

function recordsBySession(wishes: readonly Wish[]): Map<string, number[]> {
  const sessions = Map.groupBy(wishes, ({ sessionId }) => sessionId);
  return new Map([...sessions].map(([id, own]) => [id, [...new Set(own.map(({ record }) => record))]]));
}
