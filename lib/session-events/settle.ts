/** Settle: the results of all calls become exactly one outcome for every record. Pure. */
import type { Decoded, Undecodable } from './decode.ts';
import type { Outcome, OutcomeKind, Plan, RecordOutcome, TargetResult } from './types.ts';

/**
 * From the worst to the best. A record that depends on several targets gets the worst of their outcomes, because
 * acknowledging it would lose what is not done.
 */
const WORST_FIRST: readonly OutcomeKind[] = [
  'retry',
  'waiting',
  'dead',
  'done',
  'gone',
  'absorbed',
  'ignored',
];

/** A record that no call dealt with stays in the queue. */
const UNREACHED: Outcome = {
  kind: 'retry',
  code: 'NOT_REACHED',
  reason: 'The batch ended before this event was handled. It is tried again.',
};

/**
 * Settles a batch.
 * @param recordCount how many records the batch has.
 * @param results one for every target that a call dealt with; a target without one was not reached.
 * @param selected the outcomes of the plan's selections.
 * @returns an outcome for each record, by index.
 */
export function settle(
  recordCount: number,
  { undecodable }: Decoded,
  plan: Plan,
  results: readonly TargetResult[],
  selected: readonly RecordOutcome[],
): Outcome[] {
  const outcomes = new Array<Outcome | undefined>(recordCount).fill(undefined);
  const all = [
    ...plan.settled,
    ...selected,
    ...plan.waiting.flatMap(({ targets }) => targets.flatMap((target) => waiting(target))),
    ...plan.held.flatMap(({ target, waitMs }) => waiting(target, waitMs)),
    ...results.flatMap(outcomesOf),
    ...undecodable.map((one) => (one.isForeign ? ignored(one) : invalidEvent(one))),
  ];
  for (const { record, outcome } of all) outcomes[record] = worse(outcomes[record], outcome);
  return outcomes.map((outcome) => outcome ?? UNREACHED);
}

/** The worse of two outcomes; of two that go back to the queue the one that must stay there longer. */
export function worse(one: Outcome | undefined, other: Outcome): Outcome {
  if (one === undefined) return other;
  const difference = WORST_FIRST.indexOf(one.kind) - WORST_FIRST.indexOf(other.kind);
  if (difference !== 0) return difference < 0 ? one : other;
  return delayMs(other) > delayMs(one) ? other : one;
}

function delayMs({ retryAfterMs, waitMs }: Outcome): number {
  return retryAfterMs ?? waitMs ?? 0;
}

function waiting(target: TargetResult['target'], waitMs?: number): RecordOutcome[] {
  return outcomesOf({ target, outcome: { kind: 'waiting', ...(waitMs !== undefined && { waitMs }) } });
}

function outcomesOf({ target, outcome }: TargetResult): RecordOutcome[] {
  return [
    ...target.records.map((record) => ({ record, outcome })),
    ...target.absorbed.map((record) => ({ record, outcome: absorbedBy(outcome) })),
  ];
}

/** What a refused change absorbed was not done after all: the next receive makes a call of its own for it. */
export function absorbedBy(outcome: Outcome): Outcome {
  if (outcome.kind === 'dead') return { ...outcome, kind: 'retry' };
  return outcome.kind === 'waiting' || outcome.kind === 'retry' ? outcome : { kind: 'absorbed' };
}

function ignored({ record }: Undecodable): RecordOutcome {
  return { record, outcome: { kind: 'ignored' } };
}

function invalidEvent({ record, violations }: Undecodable): RecordOutcome {
  const reasons = violations.map(({ pointer, reason }) => `${pointer === '' ? 'body' : pointer}: ${reason}`);
  return { record, outcome: { kind: 'dead', code: 'INVALID_EVENT', reason: reasons.join('; ') } };
}
