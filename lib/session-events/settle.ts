/** Settle: the results of all calls become exactly one outcome for every record. Pure. */
import type { Decoded, Undecodable } from './decode.ts';
import type { Plan, TargetResult } from './types.ts';

/**
 * How a record ended. `done`, `gone` and `absorbed` are acknowledged; `dead` once its dead letter is safe;
 * `waiting` and `retry` go back to the queue.
 */
export type OutcomeKind = 'done' | 'gone' | 'absorbed' | 'dead' | 'waiting' | 'retry';

/** The outcome of one record. */
export interface Outcome {
  kind: OutcomeKind;
  /** A stable code for `retry` and `dead`. */
  code?: string;
  /** For people: what happened, to what, and what to do. */
  reason?: string;
  /** For `retry`: the API asked not to be called sooner. */
  retryAfterMs?: number;
}

/** The stronger outcome wins where a record hangs on several targets: it is acknowledged only when all are. */
const STRENGTH: Record<OutcomeKind, number> = {
  absorbed: 0,
  gone: 1,
  done: 2,
  dead: 3,
  waiting: 4,
  retry: 5,
};

/**
 * Settles a batch.
 * @param recordCount how many records the batch has.
 * @param results one for every target that a call dealt with; a target without one was not reached.
 * @returns an outcome for each record, by index.
 */
export function settle(
  recordCount: number,
  decoded: Decoded,
  plan: Plan,
  results: readonly TargetResult[],
): Outcome[] {
  const outcomes = new Array<Outcome | undefined>(recordCount).fill(undefined);
  const note = (record: number, outcome: Outcome): void => {
    const now = outcomes[record];
    if (now === undefined || STRENGTH[outcome.kind] > STRENGTH[now.kind]) outcomes[record] = outcome;
  };
  for (const { record, outcome } of plan.settled) note(record, { kind: outcome });
  for (const call of plan.waiting) {
    for (const target of call.targets) {
      for (const record of [...target.records, ...target.absorbed]) note(record, { kind: 'waiting' });
    }
  }
  for (const result of results) settleTarget(result, note);
  for (const undecodable of decoded.undecodable) note(undecodable.record, notAnEvent(undecodable));
  return outcomes.map((outcome) => outcome ?? UNREACHED);
}

/** No call dealt with the record: it stays in the queue. */
const UNREACHED: Outcome = {
  kind: 'retry',
  code: 'NOT_REACHED',
  reason: 'The batch ended before this event was dealt with; it is tried again.',
};

function settleTarget(result: TargetResult, note: (record: number, outcome: Outcome) => void): void {
  const { target, outcome, code, reason, retryAfterMs } = result;
  const own: Outcome = {
    kind: outcome,
    ...(code !== undefined && { code }),
    ...(reason !== undefined && { reason }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  // What was absorbed by a refused change was not done after all: it gets a call of its own next time.
  const absorbed: Outcome =
    outcome === 'done' || outcome === 'gone' ? { kind: 'absorbed' } : { ...own, kind: 'retry' };
  for (const record of target.records) note(record, own);
  for (const record of target.absorbed) note(record, absorbed);
}

function notAnEvent({ violations }: Undecodable): Outcome {
  const reasons = violations.map(({ pointer, reason }) => `${pointer === '' ? 'body' : pointer}: ${reason}`);
  return { kind: 'dead', code: 'INVALID_EVENT', reason: reasons.join('; ') };
}
