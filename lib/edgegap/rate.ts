/**
 * The rate, held in any second *as the API sees it*. p-queue (`strict`) counts when requests start here: four
 * that start together while their connections are set up, and four more a second later, arrive within one
 * second. Here an attempt counts from its start until a second after its end. It arrived before its end, so
 * what takes its place arrives more than a second after it. The price: at a latency of 50 ms the API gets 95
 * % of the rate.
 */

const SECOND_MS = 1000;
/** A timer may fire a millisecond early. */
const MARGIN_MS = 10;

/** A share of a rate may be 6.999999999. */
const ROUNDING = 1e-6;

/** The rate of a client. */
export interface Rate {
  /** Milliseconds until an attempt may start; Infinity where that hangs on the end of another. */
  waitMs(inFlight: number): number;
  /** An attempt has ended. */
  ended(): void;
}

/**
 * @param rate attempts in any second. A fraction above 1 is rounded down; a rate below 1 spaces the attempts.
 */
export function createRate(rate: number): Rate {
  const places = Math.max(1, Math.floor(rate + ROUNDING));
  const heldMs = SECOND_MS / Math.min(1, rate) + MARGIN_MS;
  /** When the places of the attempts that have ended are free again. */
  const freeAt: number[] = [];
  return {
    waitMs(inFlight) {
      const now = performance.now();
      while (freeAt[0] !== undefined && freeAt[0] <= now) freeAt.shift();
      if (inFlight + freeAt.length < places) return 0;
      return freeAt[0] === undefined ? Number.POSITIVE_INFINITY : freeAt[0] - now;
    },
    ended() {
      freeAt.push(performance.now() + heldMs);
    },
  };
}
