/** What the console's server and its page say to each other. Types only: both sides import this file. */

/** What the console shows. Sent once, first. */
export interface About {
  kind: 'local' | 'deployment';
  /** For a person, such as `local stage` or `session-hooks prod, eu-central-1`. */
  name: string;
  apiUrl: string;
  /** Nothing can be changed. */
  readOnly: boolean;
  /** What the charts span, in minutes. */
  windowMinutes: number;
}

/** The queues at one moment. */
export interface Queues {
  /** Messages that wait in the events queue, the delayed ones too. */
  queued: number;
  /** Messages that a function has, or that wait for their next try. */
  inFlight: number;
  deadLetters: number;
}

/** One point of the charts: sums of its time for what is counted, the last value for what is measured. */
export interface FlowPoint {
  /** Start of its time, in epoch milliseconds. */
  at: number;
  events: number;
  calls: number;
  saved: number;
  queued: number | null;
  inFlight: number | null;
  deadLetters: number | null;
  /** Age of the oldest event in milliseconds. */
  oldestMs: number | null;
}

/** The flow now. `points` holds those that changed; the first message holds all. */
export interface Flow {
  queues: Queues | null;
  points: FlowPoint[];
  /** Why something could not be read. */
  problem: string | null;
}

/** How many records of a batch ended in each way. */
export interface OutcomeCounts {
  done: number;
  absorbed: number;
  gone: number;
  waiting: number;
  retried: number;
  dead: number;
}

/** One batch, in a row. */
export interface BatchRow {
  id: string;
  /** Epoch milliseconds. */
  at: number;
  records: number;
  calls: number;
  saved: number;
  outcomes: OutcomeCounts;
  durationMs: number;
  codes: Record<string, number>;
}

/** One audit line: a call with what it named, or what was settled without a call. */
export interface AuditEntry {
  /** Epoch milliseconds. */
  at: number;
  /** The API's operation; `none` where no call was made. */
  operation: string;
  sessionId: string | null;
  /** What a bulk stop selects by, where that is not an id of the sessions themselves. */
  filter: { field: string; values: string[] } | null;
  targets: string[];
  events: string[];
  /** The names of the secrets with which the hook verified who sent the events. */
  senders: string[];
  /** The event types, or the rule of the sweep, that asked for it. */
  by: string[];
  outcome: string;
  status: number | null;
  code: string | null;
  /** Lines of one call have the same number. */
  call: number | null;
}

/** A run of the sweep. */
export interface SweepRun {
  /** Epoch milliseconds. */
  at: number;
  mode: string;
  listed: number;
  stopped: number;
  stoppedBefore: number;
  guardTripped: boolean;
  complete: boolean;
  durationMs: number;
}

/** How far something is that takes a while. */
export interface Progress {
  what: 'storm' | 'sweep';
  done: number;
  total: number;
}

/** The messages of the stream, by name. */
export interface StreamMessages {
  about: About;
  flow: Flow;
  /** Those that are new or changed; the first message holds all. The newest is last. */
  batches: BatchRow[];
  /** All that are known, the newest last. */
  sweeps: SweepRun[];
  /** Those that are under way. */
  progress: Progress[];
}

/** A session, as the list shows it. Members that the API did not show are null. */
export interface SessionRow {
  id: string;
  status: string | null;
  users: number | null;
  deployment: string | null;
}

/** A part of a list: one line of the answer. The last line may say why the list is not whole. */
export interface ListPart<Row> {
  rows: Row[];
  problem?: string;
}

/** When and why something was deleted or stopped. */
export interface Cause {
  /** Epoch milliseconds. */
  at: number;
  /** The event type, or the rule of the sweep. */
  by: string;
  event: string;
}

/** One session, looked at. */
export interface SessionDetails {
  id: string;
  /** Null: the API does not know it (any more). */
  session: {
    status: string | null;
    linked: boolean | null;
    kind: string | null;
    /** Epoch milliseconds. */
    createdMs: number | null;
    deployment: string | null;
    tags: string[] | null;
    users: string[] | null;
    userCount: number | null;
  } | null;
  /** Who deleted it, where this service did. */
  deleted: Cause | null;
  /** What the function's log says about it, the newest last. */
  history: AuditEntry[];
  /** Why a part of this could not be read. */
  problems: string[];
}

/** A deployment, as the list shows it. Members that the API did not show are null. */
export interface DeploymentRow {
  id: string;
  ready: boolean | null;
  /** Epoch milliseconds. */
  createdMs: number | null;
  tags: string[] | null;
}

/** One deployment, looked at. */
export interface DeploymentDetails {
  id: string;
  /** Null: the API does not know it (any more). */
  deployment: {
    /** Name and version. */
    app: string | null;
    status: string | null;
    /** Epoch milliseconds. */
    createdMs: number | null;
    tags: string[] | null;
    address: string | null;
    error: string | null;
  } | null;
  /** Who stopped it, where this service did. */
  stopped: Cause | null;
  /** What the function's log says about it, the newest last. */
  history: AuditEntry[];
  /** Why a part of this could not be read. */
  problems: string[];
}

/** A dead letter. */
export interface DeadLetterRow {
  id: string;
  code: string;
  type: string;
  reason: string;
  body: string;
  receiveCount: number;
  /** Epoch milliseconds. */
  failedAt: number;
  sentAt: number;
}

/** The dead letters; `more` says that the queue holds others. */
export interface DeadLetterList {
  letters: DeadLetterRow[];
  more: boolean;
}

/** What came of a redrive or a drop. */
export interface Moved {
  moved: number;
  left: number;
  reason: string | null;
}

/** A candidate of the sweep. */
export interface SweepCandidate {
  id: string;
  deployment: string | null;
  users: number | null;
  ageMs: number | null;
  rule: string;
  stop: boolean;
}

/** What a sweep would do now. */
export interface SweepPreview {
  /** Epoch milliseconds. */
  at: number;
  /** What the deployment's own sweep does. */
  mode: 'stop' | 'report';
  listed: number;
  undecided: number;
  maxStops: number;
  guardTripped: boolean;
  candidates: SweepCandidate[];
  problems: string[];
}

/** An event type, with its JSON Schema. */
export interface EventTypeInfo {
  type: string;
  schema: unknown;
}

/** What is wrong with an event. */
export interface Violation {
  pointer: string;
  reason: string;
}

/** What docs/failures.md says about an error code. */
export interface FailureEntry {
  code: string;
  answers: { question: string; text: string }[];
}
