/** What the console's server answers when its page asks. Types only: both sides import this file. */
import type { AuditEntry } from './protocol.ts';

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
  candidates: SweepCandidate[];
  problems: string[];
}

/** The parts of JSON Schema that events are made of (events/schema.ts). */
export interface JsonSchema {
  type?: string;
  enum?: readonly string[];
  anyOf?: readonly JsonSchema[];
  oneOf?: readonly { required?: readonly string[] }[];
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
}

/** An event type, with its JSON Schema. */
export interface EventTypeInfo {
  type: string;
  schema: JsonSchema;
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
