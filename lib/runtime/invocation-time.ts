/** The time that an invocation may spend on API calls. */
import type { Context } from 'aws-lambda';

/** How long the calls of an invocation may go on. */
export interface InvocationTime {
  /** Aborts when the time is over. */
  signal: AbortSignal;
  /** Epoch milliseconds. */
  deadline: number;
}

/** Kept for acknowledging: dead letters, visibility, the response. Milliseconds. */
const RESERVE_MS = 5000;

/**
 * The signal and the deadline for the calls of an invocation: they end 5 seconds (in a short invocation half
 * of the time) before the function's own time, so that finished work is still acknowledged.
 * @param signal middy's: aborts when the early timeout strikes.
 */
export function invocationTime(
  context: Pick<Context, 'getRemainingTimeInMillis'>,
  signal: AbortSignal,
): InvocationTime {
  const remainingMs = context.getRemainingTimeInMillis();
  const callsMs = Math.max(0, Math.floor(remainingMs - Math.min(RESERVE_MS, remainingMs / 2)));
  return { signal: AbortSignal.any([signal, AbortSignal.timeout(callsMs)]), deadline: Date.now() + callsMs };
}
