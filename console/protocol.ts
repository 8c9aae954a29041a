/** What the console's server sends to its page as it happens. Types only: both sides import this file. */

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
  /** Messages of another system. */
  ignored: number;
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
  of: 'sessions' | 'deployments';
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
