/**
 * What a warm environment remembers between batches: the sessions it deleted (an id never comes back, so
 * later events about it need no call) and the last change of each user, which keeps a late removal from
 * undoing a newer addition.
 */
import { Fifo } from 'toad-cache';
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
}

/** An empty memory: each part holds 10,000 entries for 15 minutes, the oldest leave first. */
export function createMemory(): Memory {
  const deleted = new Fifo<true>(REMEMBERED_ENTRIES, REMEMBERED_MS);
  const changes = new Fifo<Moment>(REMEMBERED_ENTRIES, REMEMBERED_MS);
  const lastChange: MemoryView['lastChange'] = (sessionId, address) => changes.get(`${sessionId} ${address}`);
  return {
    isDeleted: (sessionId) => deleted.get(sessionId) === true,
    lastChange,
    rememberDeleted: (sessionId) => deleted.set(sessionId, true),
    rememberChange(sessionId, address, moment) {
      const last = lastChange(sessionId, address);
      if (last === undefined || isLater(moment, last)) changes.set(`${sessionId} ${address}`, moment);
    },
  };
}
