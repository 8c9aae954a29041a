/**
 * What a warm environment remembers between batches: the sessions that it deleted (an id never comes back, so later
 * events about it need no call), the last change of each user (a late removal must not undo a newer addition), and
 * what the API refused.
 */
import { Lru } from 'toad-cache';
import type { MemoryView, Moment } from './types.ts';
import { isLater } from './types.ts';

const REMEMBERED_MS = 15 * 60 * 1000;
const REMEMBERED_ENTRIES = 10_000;

/** The memory of one environment: read by the plan, written after successful calls. */
export interface Memory extends MemoryView {
  /** The session is deleted: the API said so. */
  rememberDeleted(sessionId: string): void;
  /** The user (canonical address) of the session was added or removed by an event of that moment. */
  rememberChange(sessionId: string, address: string, moment: Moment): void;
  /** The API refused this target for good, for this reason. */
  rememberRefusal(key: string, reason: string): void;
  /** Sessions by this deployment or tag were deleted. */
  rememberHandled(key: string): void;
}

/** An empty memory: each part holds 10,000 entries for 15 minutes; the least recently used leave first. */
export function createMemory(): Memory {
  const remembered = <T>(): Lru<T> => new Lru<T>(REMEMBERED_ENTRIES, REMEMBERED_MS);
  const deleted = remembered<true>();
  const changes = remembered<Moment>();
  const refusals = remembered<string>();
  const handled = remembered<true>();
  const lastChange: MemoryView['lastChange'] = (sessionId, address) => changes.get(`${sessionId} ${address}`);
  return {
    isDeleted: (sessionId) => deleted.get(sessionId) === true,
    lastChange,
    refusal: (key) => refusals.get(key),
    isHandled: (key) => handled.get(key) === true,
    rememberDeleted: (sessionId) => deleted.set(sessionId, true),
    rememberChange(sessionId, address, moment) {
      const last = lastChange(sessionId, address);
      if (last === undefined || isLater(moment, last)) changes.set(`${sessionId} ${address}`, moment);
    },
    rememberRefusal: (key, reason) => refusals.set(key, reason),
    rememberHandled: (key) => handled.set(key, true),
  };
}
