/** How an invocation's time is divided: the calls, then acknowledging, then the response. */
import type { Context } from 'aws-lambda';

type Remaining = Pick<Context, 'getRemainingTimeInMillis'>;

/** How long the calls of an invocation may go on. */
export interface InvocationTime {
  /** Aborts when the time is over. */
  signal: AbortSignal;
  /** Epoch milliseconds. */
  deadline: number;
}

/** Kept for acknowledging: dead letters, visibility timeouts, the response. */
const ACKNOWLEDGING_MS = 5000;
/** The last part of it, for log lines, metrics and the response. */
const RESPONSE_MS = 500;

/**
 * Returns the signal and the deadline for the calls of an invocation. They end 5 seconds (in a short invocation half
 * of the time) before the function's own time, so that finished work is still acknowledged.
 *
 * Neither signal outlives its invocation: middy makes a new one each time, and Node holds the timer and what follows it
 * weakly once nothing listens any more (https://nodejs.org/api/globals.html#static-method-abortsignaltimeoutdelay).
 * @param signal middy's: aborts when the early timeout strikes.
 */
export function invocationTime(context: Remaining, signal: AbortSignal): InvocationTime {
  const remainingMs = context.getRemainingTimeInMillis();
  const callsMs = Math.max(0, Math.floor(remainingMs - Math.min(ACKNOWLEDGING_MS, remainingMs / 2)));
  return { signal: AbortSignal.any([signal, AbortSignal.timeout(callsMs)]), deadline: Date.now() + callsMs };
}

/** Returns how long acknowledging may take from now on, in milliseconds: at most what is kept for it, 4.5 seconds. */
export function acknowledgeMs(context: Remaining): number {
  return Math.max(0, Math.min(ACKNOWLEDGING_MS, context.getRemainingTimeInMillis()) - RESPONSE_MS);
}
