/**
 * Whether the session surface of the API is there. These operations are the platform's older ones: a
 * mistyped base URL or a withdrawn API answers 404 to everything, which must never read as "session gone".
 */
import type { CallOptions, SessionsClient } from './client.ts';
import { isSessionsApiError } from './errors.ts';

const KNOWN_FOR_MS = 5 * 60 * 1000;

/**
 * A check that asks `listSessions` (limit 1) at most once in 5 minutes, however many calls ask it.
 * @returns true when the list answers; false when it does not, for whatever reason. Only a definite answer (a
 * list, or a 404) is remembered.
 */
export function createSurfaceCheck(
  client: Pick<SessionsClient, 'listSessions'>,
  now: () => number = Date.now,
): (options: CallOptions) => Promise<boolean> {
  let known: { there: boolean; until: number } | undefined;
  let asking: Promise<boolean> | undefined;

  async function ask(options: CallOptions): Promise<boolean> {
    try {
      await client.listSessions({ limit: 1 }, options);
      known = { there: true, until: now() + KNOWN_FOR_MS };
      return true;
    } catch (error) {
      if (!isSessionsApiError(error)) throw error;
      if (error.code === 'NOT_FOUND') known = { there: false, until: now() + KNOWN_FOR_MS };
      return false;
    } finally {
      asking = undefined;
    }
  }

  return async (options) => {
    if (known !== undefined && now() < known.until) return known.there;
    asking ??= ask(options);
    return await asking;
  };
}
