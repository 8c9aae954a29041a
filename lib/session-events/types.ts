/** The plain data of a batch: events in, calls planned, results back. */
import type { Ask } from '../../events/ask.ts';
import type { Cause, MemoryView, UserChange } from '../memory/types.ts';
import type { ErrorCode } from '../runtime/codes.ts';

/** One valid event of a batch. `record` is the index of its SQS record in the batch. */
export interface PlannedEvent {
  record: number;
  ask: Ask;
  /** Its type and its id (the message's id where it has none): what the memory and the audit name. */
  type: string;
  event: string;
  /** When it happened: the event's `time`, but never later than SQS took it. Epoch milliseconds. */
  timeMs: number;
  /** When SQS took it (`SentTimestamp`): the arrival order. Epoch milliseconds. */
  sentAtMs: number;
  /** How long it has been in the queue, in milliseconds. */
  ageMs: number;
  /** SQS's `ApproximateReceiveCount`, from 1. */
  receiveCount: number;
  /** When it was received first. Epoch milliseconds. */
  firstReceivedAtMs: number;
}

/**
 * One thing that a call names: a session id, a deployment, a tag or an address, and the records that depend on it.
 * `records` asked for this very thing; `absorbed` asked for something that this makes needless (a user of a deleted
 * session, a removal before a later addition).
 */
export interface Target {
  value: string;
  records: number[];
  absorbed: number[];
}

/** DeploymentStop of the single target, or the bulk stop of deployments by request id; the targets are its values. */
export type StopCall =
  | { operation: 'deploymentStop'; targets: [Target] }
  | { operation: 'deploymentsBulkStop'; targets: Target[] };

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

/** An address to add or remove, as the event that won asks for it. */
export interface AddressTarget extends Target {
  change: UserChange;
}

/** A removal that is held back, because the user may come back. */
export interface HeldRemoval {
  target: AddressTarget;
  /** For this many milliseconds more. */
  waitMs: number;
}

/** A session that is deleted, on evidence, and why. */
export interface DeletedSession extends Cause {
  sessionId: string;
}

/** A deployment that is stopped, on evidence, and why. */
export interface StoppedDeployment extends Cause {
  deploymentId: string;
}

/** A call that names one session in its path. */
export type NamedCall = DeleteCall | UsersCall;

/** A planned call about sessions. */
export type Call = NamedCall | BulkStopCall;

/**
 * Sessions by deployment or by tag that existed at a moment: a late or repeated event must not take the sessions
 * that came after it. `values` are combined as a bulk stop's filter combines them.
 */
export interface Selection {
  field: 'request_id' | 'deployment_tags';
  filterType: 'any' | 'all';
  values: string[];
  record: number;
  /** Sessions that were created later stay. Epoch milliseconds. */
  createdUntilMs: number;
}

/** What a batch will do: the calls by phase, and the records that need none. */
export interface Plan {
  stops: StopCall[];
  deletions: (DeleteCall | BulkStopCall)[];
  selections: Selection[];
  additions: UsersCall[];
  removals: UsersCall[];
  /** Users calls that the budget has no room for: their records go back to the queue for some seconds. */
  waiting: UsersCall[];
  /** Removals of users who left less than `USER_LEFT_GRACE` ago. */
  held: HeldRemoval[];
  /** Records whose targets (or some of them) need no call. */
  settled: RecordOutcome[];
}

/** What a plan needs to know of earlier batches. */
export interface BatchView extends MemoryView {
  /** Whether the deployment was stopped. */
  isStopped(deploymentId: string): boolean;
  /** Whether it was stopped, and every session of it was deleted after that. */
  isFinished(deploymentId: string): boolean;
}

/** What a plan must keep to. */
export interface PlanLimits {
  /** Values that one bulk stop may carry. */
  bulkStopChunk: number;
  /** Calls that the batch may make before users calls have to wait. */
  budgetCalls: number;
  /** How old a removal must be before it is carried out, in milliseconds (`USER_LEFT_GRACE`). */
  graceMs: number;
}

/**
 * How a record, or a target of it, ended. `done`, `gone`, `absorbed` and `ignored` (the message of another system) are
 * acknowledged; `dead` once its dead letter is safe; `waiting` and `retry` go back to the queue.
 */
export type OutcomeKind = 'done' | 'gone' | 'absorbed' | 'ignored' | 'dead' | 'waiting' | 'retry';

/** An outcome, with its reason where it is not a success. */
export interface Outcome {
  kind: OutcomeKind;
  /** For `waiting`, `retry` and `dead`. */
  code?: ErrorCode;
  /** For people: what happened, to what, and what to do. */
  reason?: string;
  /** For `retry`: the API asked not to be called sooner. */
  retryAfterMs?: number;
  /** For `waiting`: how long, where `USER_LEFT_GRACE` says so. Milliseconds. */
  waitMs?: number;
}

/** The outcome of one record, by its index in the batch. */
export interface RecordOutcome {
  record: number;
  outcome: Outcome;
}

/** The outcome of one target of a call. */
export interface TargetResult {
  target: Target;
  outcome: Outcome;
}
