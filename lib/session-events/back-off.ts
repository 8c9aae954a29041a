/** Back-off: how long a record that goes back to the queue stays out of sight. Pure but for the dice. */
import type { Outcome } from './types.ts';

/** Seconds. */
const SHORTEST_S = 5;
/** The first wait for a match to end: most end within a second or two of the first leaver's event. */
const FIRST_WAIT_S = { from: 2, to: 3 };
const LONGEST_S = { retry: 15 * 60, waiting: 5 * 60 };
/** The receives after which a record waits for its match to end with the shortest wait. */
const PATIENT_RECEIVES = 3;
/** Waits of one receive count differ by this much at most, so that even the shortest of them add up to days. */
const WAITING_SPREAD_S = 100;

/**
 * The visibility timeout of a record that goes back to the queue, in whole seconds.
 *
 * `retry` (a failure): full jitter between 5 s and a ceiling that doubles with every receive (10 s, 20 s, … 15 min),
 * but not shorter than the API's `Retry-After`, of which at most 15 minutes count.
 *
 * `waiting` (the batch's budget was spent): 2 to 3 s on the first receive and 5 to 10 s on the next two, time for a
 * match to end. Then the ceiling doubles (20 s, 40 s, … 5 min), and the wait is at most 100 s shorter. A thousand
 * receives, after which the queue itself makes the record a dead letter, last 2.9 days in the mean (993 of them at
 * 250 s) and 2.3 days at least (at 200 s): steady overload cannot use them up in a few hours. With `waitMs` (a
 * removal that `USER_LEFT_GRACE` holds back): that long.
 * @param receiveCount SQS's `ApproximateReceiveCount`, from 1.
 * @param random a number in [0, 1).
 */
export function visibilitySeconds(
  { kind, retryAfterMs = 0, waitMs }: Pick<Outcome, 'kind' | 'retryAfterMs' | 'waitMs'>,
  receiveCount: number,
  random: () => number = Math.random,
): number {
  // One second more: the record must be due when it comes back, so that it is held back once and no more.
  if (waitMs !== undefined) return Math.ceil(waitMs / 1000) + 1;
  if (kind === 'waiting' && receiveCount <= 1) return between(FIRST_WAIT_S.from, FIRST_WAIT_S.to, random);
  if (kind === 'waiting') {
    const ceiling = doubled(receiveCount - PATIENT_RECEIVES + 1, LONGEST_S.waiting);
    return between(Math.max(SHORTEST_S, ceiling - WAITING_SPREAD_S), ceiling, random);
  }
  const asked = Math.min(LONGEST_S.retry, Math.ceil(retryAfterMs / 1000));
  return Math.max(asked, between(SHORTEST_S, doubled(receiveCount, LONGEST_S.retry), random));
}

/** 10 s for the first time, twice that for the second, and so on. */
function doubled(time: number, longest: number): number {
  return Math.min(longest, SHORTEST_S * 2 ** Math.max(1, time));
}

function between(from: number, to: number, random: () => number): number {
  return from + Math.floor(random() * (to - from + 1));
}
