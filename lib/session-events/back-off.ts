/** Back-off: how long a record that was not dealt with stays out of sight. Pure but for the dice. */
import type { Outcome } from './types.ts';

const SHORTEST_S = 5;
const LONGEST_S = 15 * 60;
const WAITING_S = { from: 5, to: 10 };

/** SQS counts the 12 hours from the receive; an hour is left for the receive itself. */
const SQS_LIMIT_S = 11 * 60 * 60;

/**
 * The visibility timeout for a record that goes back to the queue, in whole seconds.
 * `waiting`: 5 to 10 s. `retry`: full jitter between 5 s and a ceiling that doubles with every receive (10 s,
 * 20 s, … 15 min), never shorter than the API's `Retry-After`.
 * @param receiveCount SQS's `ApproximateReceiveCount`, from 1.
 * @param random a number in [0, 1).
 */
export function visibilitySeconds(
  outcome: Pick<Outcome, 'kind' | 'retryAfterMs'>,
  receiveCount: number,
  random: () => number = Math.random,
): number {
  if (outcome.kind === 'waiting') return between(WAITING_S.from, WAITING_S.to, random);
  const ceiling = Math.min(LONGEST_S, SHORTEST_S * 2 ** Math.max(1, receiveCount));
  const asked = Math.ceil((outcome.retryAfterMs ?? 0) / 1000);
  return Math.min(SQS_LIMIT_S, Math.max(asked, between(SHORTEST_S, ceiling, random)));
}

function between(from: number, to: number, random: () => number): number {
  return from + Math.floor(random() * (to - from + 1));
}
