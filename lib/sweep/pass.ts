/** One run of a sweep: what its parts share, and a look at a session. */
import type { AuditLog } from '../edgegap/audit.ts';
import type { SessionsClient } from '../edgegap/client.ts';
import { isSessionsApiError } from '../edgegap/errors.ts';
import type { SessionDetails } from './facts.ts';
import type { Problems } from './problems.ts';

/** What a sweep needs of the client. */
export type SweepClient = Pick<
  SessionsClient,
  'listSessions' | 'getSession' | 'sessionsBulkStop' | 'sessionDelete'
>;

/** What the parts of one run share. */
export interface Pass {
  client: SweepClient;
  /** Calls in flight at once. */
  concurrency: number;
  signal?: AbortSignal;
  /** Epoch milliseconds: calls are repeated until then. Default: three times at most. */
  deadline?: number;
  problems: Problems;
  audit: AuditLog;
  /** Called at every step: sessions listed, candidates looked at, stale ones looked at again. */
  onProgress?: (step: 'list' | 'look' | 'again', done: number, total?: number) => void;
}

/** What a look found: the session, that there is no such session, or nothing because the call failed. */
export type Look = { kind: 'found'; details: SessionDetails } | { kind: 'gone' } | { kind: 'failed' };

/** Asks for a session. A failed look is noted as a problem, never thrown. */
export async function look(pass: Pass, sessionId: string): Promise<Look> {
  try {
    return { kind: 'found', details: await pass.client.getSession(sessionId, callOptions(pass)) };
  } catch (error) {
    if (isGone(error)) return { kind: 'gone' };
    pass.problems.note(error, 1);
    return { kind: 'failed' };
  }
}

/**
 * Whether an answer to a call that names one session says that there is no such session. GetSession documents neither
 * 404 nor 410, and may answer 400 for an id that it does not know (models.md). Alone it is no proof: an API that is
 * not there answers 404, too.
 */
export function isGone(error: unknown): boolean {
  if (!isSessionsApiError(error)) return false;
  return error.code === 'NOT_FOUND' || error.code === 'GONE' || error.status === 400;
}

/** The options of one call in this run. */
export function callOptions({ signal, deadline }: Pass): { signal?: AbortSignal; deadline?: number } {
  return { ...(signal && { signal }), ...(deadline !== undefined && { deadline }) };
}

/** Whether a run must not start another call: its time is over, or every call would be refused. */
export function isOver({ signal, problems }: Pick<Pass, 'signal' | 'problems'>, untilMs: number): boolean {
  return Date.now() >= untilMs || signal?.aborted === true || problems.isHopeless();
}

/**
 * Works through a list in order, a few items at a time, and starts no item once `stop` returns true.
 * @returns the results of the items that were started, in order.
 */
export async function eachOf<T, R>(
  { concurrency }: Pick<Pass, 'concurrency'>,
  items: readonly T[],
  stop: () => boolean,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    while (!stop()) {
      const next = queue.next();
      if (next.done) return;
      const [index, item] = next.value;
      results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results;
}
