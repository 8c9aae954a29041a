/** One run of a sweep: its time, its problems, and a look at a session. */
import type { SessionsClient } from '../edgegap/client.ts';
import { isSessionsApiError } from '../edgegap/errors.ts';
import type { SessionGet } from '../edgegap/models.ts';

/** What a sweep needs of the client. */
export type SweepClient = Pick<SessionsClient, 'allSessions' | 'getSession' | 'sessionsBulkStop'>;

/** What left sessions for the next run. */
export interface Problem {
  code: string;
  count: number;
  /** The first error's message. */
  reason: string;
}

/** What the parts of one run share. */
export interface Pass {
  client: SweepClient;
  /** Looks in flight at once. */
  concurrency: number;
  signal?: AbortSignal;
  problems: Map<string, Problem>;
  /** Told about every step: sessions listed, candidates looked at, stale ones looked at again. */
  onProgress?: (step: 'list' | 'look' | 'again', done: number, total?: number) => void;
}

/** A look that found no session, or that failed. */
export type NoLook = 'gone' | 'failed';

/** Asks for a session. A failed look is noted as a problem, never thrown. */
export async function look(pass: Pass, sessionId: string): Promise<SessionGet | NoLook> {
  try {
    return await pass.client.getSession(sessionId, callOptions(pass));
  } catch (error) {
    if (isSessionsApiError(error) && (error.code === 'NOT_FOUND' || error.code === 'GONE')) return 'gone';
    note(pass, error, 1);
    return 'failed';
  }
}

/** Notes an error of the API, for so many sessions. @throws any other error. */
export function note({ problems }: Pass, error: unknown, sessions: number): void {
  if (!isSessionsApiError(error)) throw error;
  const { code, message } = error;
  const known = problems.get(code);
  problems.set(code, { code, count: (known?.count ?? 0) + sessions, reason: known?.reason ?? message });
}

/** Without a deadline, so that one call is not repeated until the time of all is over. */
export function callOptions({ signal }: Pass): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** Whether a run must not start another call: its time is over, or every call would be refused. */
export function isOver(pass: Pass, untilMs: number): boolean {
  return Date.now() >= untilMs || pass.signal?.aborted === true || pass.problems.has('UNAUTHORIZED');
}

/** Works through a list, a few at a time and in order. @returns whether it came to the end before `untilMs`. */
export async function eachOf<T>(
  pass: Pass,
  items: readonly T[],
  untilMs: number,
  work: (item: T) => Promise<void>,
): Promise<boolean> {
  const queue = items.values();
  let complete = true;
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (isOver(pass, untilMs)) {
        complete = false;
        return;
      }
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: pass.concurrency }, worker));
  return complete;
}
