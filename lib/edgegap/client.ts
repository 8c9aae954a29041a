/** The one client of the Edgegap API. */
import { sessionOperations } from './sessions.ts';
import type { TransportOptions } from './transport.ts';
import { createTransport } from './transport.ts';

export type { Attempt, CallOptions } from './request.ts';
export type { BulkStopOptions, ListQuery, RollCall } from './sessions.ts';
export type { TransportOptions } from './transport.ts';

/** The shared client. */
export type SessionsClient = ReturnType<typeof createSessionsClient>;

/**
 * Makes a client. All its calls share the rate, the concurrency and the key. Every method rejects with a
 * SessionsApiError; only calls that are safe to repeat are repeated: all but `sessionPost`.
 */
export function createSessionsClient(options: TransportOptions) {
  return sessionOperations(createTransport(options));
}
