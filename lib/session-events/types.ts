/** The plain data that flows through a batch: events in, calls planned, results back. */
import type { Ask } from '../../events/ask.ts';
import type { Moment } from '../memory/types.ts';

/** One valid event of a batch. `record` is the index of its SQS record in the batch. */
export interface PlannedEvent {
  record: number;
  ask: Ask;
  /** When it happened: the event's `time`, else when SQS took it. Epoch milliseconds. */
  timeMs: number;
  /** When SQS took it (`SentTimestamp`): the arrival order. Epoch milliseconds. */
  sentAtMs: number;
  /** How long it has been in the queue, in milliseconds. */
  ageMs: number;
}

/**
 * One thing that a call names: a session id, a deployment, a tag or an address, and the records whose
 * fate hangs on it. `records` asked for this very thing; `absorbed` asked for something that this makes
 * needless (a user of a deleted session, a removal before a later addition).
 */
export interface Target {
  value: string;
  records: number[];
  absorbed: number[];
}

/** SessionDelete of the single target. */
export interface DeleteCall {
  operation: 'sessionDelete';
  targets: [Target];
}

/** SessionsBulkStop with one filter; the targets are its values. */
export interface BulkStopCall {
  operation: 'sessionsBulkStop';
  field: 'session_id' | 'request_id' | 'deployment_tags';
  filterType: 'any' | 'all';
  targets: Target[];
}

/** DeleteUsersSession or PutUsersSession; the targets are its addresses. */
export interface UsersCall {
  operation: 'deleteUsersSession' | 'putUsersSession';
  sessionId: string;
  targets: AddressTarget[];
  /** Age of the oldest event in it, in milliseconds. */
  ageMs: number;
}

/** An address to add or remove, with the time that won, to be remembered once the call succeeded. */
export interface AddressTarget extends Target {
  moment: Moment;
}

/** A planned API call. */
export type Call = DeleteCall | BulkStopCall | UsersCall;

/** What a batch will do: the calls by phase, and the records that need none. */
export interface Plan {
  deletions: (DeleteCall | BulkStopCall)[];
  additions: UsersCall[];
  removals: UsersCall[];
  /** Users calls that the budget has no room for: their records go back to the queue for some seconds. */
  waiting: UsersCall[];
  /** Records (some of) whose targets were dealt with before this batch. */
  settled: { record: number; outcome: 'gone' | 'absorbed' }[];
}

/** What a plan must keep to. */
export interface PlanLimits {
  /** Values that one bulk stop may carry. */
  bulkStopChunk: number;
  /** Calls that the batch may make before users calls have to wait. */
  budgetCalls: number;
}

/** How a target ended. */
export interface TargetResult {
  target: Target;
  outcome: 'done' | 'gone' | 'retry' | 'dead';
  /** A stable code for `retry` and `dead`, such as `REFUSED` or `THROTTLED`. */
  code?: string;
  /** For people: what happened, to what, and what to do. */
  reason?: string;
  /** The API asked not to be called before so many milliseconds have passed. */
  retryAfterMs?: number;
}
