/** The calls that a batch may make: what the API's rate allows in a few seconds. */

/** The budget of one batch. It only goes down. */
export interface Budget {
  /** Takes one call. Returns false, and takes nothing, where none is left. */
  take(): boolean;
  /** Counts calls that are made in any case: stops, deletions, and what they need. */
  spend(calls: number): void;
  /** Calls that are left, 0 or more. */
  left(): number;
}

/** A budget of that many calls. */
export function createBudget(calls: number): Budget {
  let rest = calls;
  const spend = (spent: number): void => {
    rest -= spent;
  };
  return {
    take() {
      if (rest < 1) return false;
      spend(1);
      return true;
    },
    spend,
    left: () => Math.max(0, rest),
  };
}
