/**
 * The audit: what was done to which session, and why. Every call that changes something leaves a log line when it
 * ends, so that a killed invocation hides nothing that it did. Lines hold ids, never a body or a key.
 */
import { chunks } from '../runtime/lists.ts';
import { logInfo } from '../runtime/log.ts';
import { isSessionsApiError, type SessionsApiError } from './errors.ts';
import type { CallOptions } from './request.ts';

/** Why something was asked for. */
export interface Reason {
  /** The event type, or the rule of the sweep. */
  by: string;
  /** The event's `id`, else the id of its message. */
  event?: string;
  /** The name of the secret with which the hook verified its sender. */
  sender?: string;
}

/** What is named: the id of a session or a deployment, or an address. Where the two cannot be paired, one is absent. */
export interface Named {
  target?: string;
  reason?: Reason;
}

/**
 * How something ended. `open`: the answer settles nothing, and a later line does. `retry`: it is tried again.
 * `superseded`: a later event about the same user took its place, or it is a repeat.
 */
export type AuditOutcome =
  | 'done'
  | 'gone'
  | 'open'
  | 'retry'
  | 'dead'
  | 'waiting'
  | 'absorbed'
  | 'ignored'
  | 'superseded';

/** Things that ended in one way. */
export interface Ending {
  outcome: AuditOutcome;
  named: readonly Named[];
  /** A member of the error catalogue. */
  code?: string;
}

/** A call that changes something. */
export interface Change<T> {
  operation: string;
  /** The session whose users are changed. */
  sessionId?: string;
  /** What a bulk stop selects by, where that is not an id of the sessions themselves. */
  filter?: { field: string; filter_type: string; values: readonly string[] };
  /** What an answer settles. */
  answered(answer: T): readonly Ending[];
  /** What a failure settles. */
  failed(error: SessionsApiError): readonly Ending[];
}

/** The audit of one invocation. */
export interface AuditLog {
  /** Makes a call and logs it. Resolves and rejects as the call does. */
  call<T>(change: Change<T>, options: CallOptions, make: (options: CallOptions) => Promise<T>): Promise<T>;
  /** Logs what ended without a call. */
  settled(ending: Ending): void;
}

/** Pairs of a target and its reason in one line. */
const MOST_NAMED = 100;
/** An `id` may be as long as a message. */
const LONGEST_ID = 128;

/** Opens the audit of an invocation. Its calls are numbered from 1. */
export function createAuditLog(): AuditLog {
  let calls = 0;
  return {
    async call({ answered, failed, ...about }, options, make) {
      calls += 1;
      const line = { ...about, call: calls };
      let status: number | undefined;
      const watched: CallOptions = {
        ...options,
        onAttempt(attempt) {
          status = attempt.status;
          options.onAttempt?.(attempt);
        },
      };
      try {
        const answer = await make(watched);
        for (const ending of answered(answer)) logEnding({ ...line, status }, ending);
        return answer;
      } catch (error) {
        if (isSessionsApiError(error))
          for (const ending of failed(error)) logEnding({ ...line, status, code: error.code }, ending);
        throw error;
      }
    },
    settled: (ending) => logEnding({ operation: 'none' }, ending),
  };
}

/** One line for each hundred: a line of CloudWatch Logs holds 256 KB at most. */
function logEnding(about: object, { named, ...ending }: Ending): void {
  const parts = chunks(named, MOST_NAMED);
  for (const [index, part] of parts.entries())
    logInfo('audit', {
      ...about,
      ...ending,
      targets: distinct(part.map(({ target }) => target)),
      events: distinct(part.map(({ reason }) => reason?.event?.slice(0, LONGEST_ID))),
      by: distinct(part.map(({ reason }) => reason?.by)),
      ...(part.some(({ reason }) => reason?.sender) && {
        senders: distinct(part.map(({ reason }) => reason?.sender)),
      }),
      ...(parts.length > 1 && { part: `${index + 1}/${parts.length}` }),
    });
}

function distinct(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}
