/** What a memory holds, and the order of the events about one user. */

/** A point in the order of user events. */
export interface Moment {
  /** When it happened: never later than `sentAtMs`. Epoch milliseconds. */
  timeMs: number;
  /** When SQS took it. Epoch milliseconds. */
  sentAtMs: number;
  /** The event's `id`, else the id of its message. */
  event: string;
}

/** What an event asks for one user of a session. */
export type UserAction = 'join' | 'leave';

/** A change of one user of one session: what the events of a batch about that user come to. */
export interface UserChange extends Moment {
  sessionId: string;
  /** In its canonical spelling. */
  address: string;
  action: UserAction;
  /** How many times its message was received, this time included. Receives that only held it back do not count. */
  receiveCount: number;
  /** The highest receive count among the other events that were merged into this change. 0: there are none. */
  mergedReceiveCount: number;
}

/** Why a session was deleted or a deployment stopped. */
export interface Cause {
  /** The event type, or the rule of the sweep. */
  by: string;
  /** The event's `id`, else the id of its message. */
  event: string;
}

/** A session that was deleted. */
export interface Tombstone extends Cause {
  /** Epoch milliseconds. */
  deletedAtMs: number;
}

/** What is remembered about a deployment. */
export interface RememberedDeployment {
  /** When and why it was stopped. Epoch milliseconds. */
  stopped?: Cause & { stoppedAtMs: number };
  /** When a sweep last saw a session on it. Epoch milliseconds. */
  lastSessionAtMs?: number;
  /** The first look of a sweep that saw none, after one that saw some. Epoch milliseconds. */
  emptySinceMs?: number;
}

/** What a plan needs to know of earlier batches, of this environment and of the others. */
export interface MemoryView {
  /** Whether the session was deleted. */
  isDeleted(sessionId: string): boolean;
  /** Why the API refused this target for good, if that is remembered. */
  refusal(key: string): string | undefined;
  /** Whether sessions by this deployment or tag were deleted before. */
  isHandled(key: string): boolean;
}

/** An `id` may be as long as a message; what lies beyond this does not count. */
const EVENT_CHARACTERS = 128;

/** The part of an event's id that is remembered. */
export function shortEvent(event: string): string {
  return event.slice(0, EVENT_CHARACTERS);
}

/** A moment with the action of its event, which breaks the tie between two events that agree in all else. */
type ActionMoment = Moment & { action?: UserAction };

/**
 * A moment as text whose alphabetical order is the order of the events: by the time when the event happened, then
 * by the time when SQS took it, then by the event's id, then a leave before a join (a user who stays by mistake
 * costs less than one who is thrown out by mistake). All environments agree about it.
 *
 * ASCII only: DynamoDB compares the bytes of UTF-8, JavaScript compares the units of UTF-16.
 */
export function momentText({ timeMs, sentAtMs, event, action = 'leave' }: ActionMoment): string {
  const id = encodeURIComponent(shortEvent(event).toWellFormed());
  return `${timeText(timeMs)} ${timeText(sentAtMs)} ${id} ${action === 'leave' ? 0 : 1}`;
}

/** A time as text in alphabetical order. Times before 1970 count as 1970: their years would not sort. */
export function timeText(ms: number): string {
  return new Date(Math.max(0, ms)).toISOString();
}

/** Whether `a` comes after `b` in the order of {@link momentText}. */
export function isLater(a: ActionMoment, b: ActionMoment): boolean {
  return momentText(a) > momentText(b);
}
