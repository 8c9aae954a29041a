/** A check of the doctor: what it found, and what to do. */

/** `fail`: the service does not work so. `warn`: look at it. `skip`: it could not be checked. */
export type State = 'ok' | 'warn' | 'fail' | 'skip';

/** The result of one check. */
export interface Check {
  name: string;
  state: State;
  /** What was found. */
  found: string;
  /** What to do; absent where all is well. */
  advice?: string;
}

/** All is well. */
export const ok = (name: string, found: string): Check => ({ name, state: 'ok', found });

/** It was not checked, and why. */
export const skip = (name: string, found: string): Check => ({ name, state: 'skip', found });

/** Somebody must look at it. */
export const warn = (name: string, found: string, advice: string): Check => ({
  name,
  state: 'warn',
  found,
  advice,
});

/** It does not work. */
export const fail = (name: string, found: string, advice: string): Check => ({
  name,
  state: 'fail',
  found,
  advice,
});

/** What an error says, in one line. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
