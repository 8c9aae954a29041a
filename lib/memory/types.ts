/** What a memory holds: moments in the order of user events, and the view that a plan works on. */

/** A point in the order of user events: when it happened, then when it arrived. */
export interface Moment {
  timeMs: number;
  sentAtMs: number;
  /** The event's id, or its message's. */
  event: string;
}

/** What earlier batches of this environment left to know. */
export interface MemoryView {
  /** Whether this environment deleted the session a short while ago. */
  isDeleted(sessionId: string): boolean;
  /** The moment of the last change of this user of this session (canonical address), if one is remembered. */
  lastChange(sessionId: string, address: string): Moment | undefined;
  /** Why the API refused this target for good, if that is remembered. */
  refusal(key: string): string | undefined;
  /** Whether sessions by this deployment or tag were deleted a short while ago. */
  isHandled(key: string): boolean;
}

/** Whether moment `a` comes after `b`: the later time, or where times are equal the later arrival. */
export function isLater(a: Moment, b: Moment): boolean {
  return a.timeMs === b.timeMs ? a.sentAtMs > b.sentAtMs : a.timeMs > b.timeMs;
}

/** Whether two moments are those of one event, delivered or sent twice. */
export function isSameEvent(a: Moment, b: Moment): boolean {
  return a.event === b.event && a.timeMs === b.timeMs;
}
