/** What a memory holds: moments in the order of user events, and the view that a plan works on. */

/** A point in the order of user events: when it happened, then when it arrived. */
export interface Moment {
  timeMs: number;
  sentAtMs: number;
}

/** What earlier batches of this environment left to know. */
export interface MemoryView {
  /** Whether this environment deleted the session a short while ago. */
  isDeleted(sessionId: string): boolean;
  /** The moment of the last change of this user of this session (canonical address), if one is remembered. */
  lastChange(sessionId: string, address: string): Moment | undefined;
}

/** Whether moment `a` comes after `b`: the later time, or where times are equal the later arrival. */
export function isLater(a: Moment, b: Moment): boolean {
  return a.timeMs === b.timeMs ? a.sentAtMs > b.sentAtMs : a.timeMs > b.timeMs;
}
