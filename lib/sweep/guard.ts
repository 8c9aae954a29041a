/** The guard of the sweep: many stale sessions mean that something else is wrong, and then none is stopped. Pure. */

/** Stops count for an hour. */
export const GUARD_WINDOW_MS = 3_600_000;

/** What a run is about to do. */
export interface Intent {
  /** Sessions that would be stopped. */
  stale: number;
  /** Candidates that it could not decide: as many may be stale. */
  undecided: number;
  /** Sessions that earlier runs stopped within the window. */
  stoppedBefore: number;
}

/** Whether the run must stop nothing: with it, more than `maxStops` sessions might be stopped within an hour. */
export function tripsGuard({ stale, undecided, stoppedBefore }: Intent, maxStops: number): boolean {
  return stale > 0 && stale + undecided + stoppedBefore > maxStops;
}
