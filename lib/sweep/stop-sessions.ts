/** Stops many sessions and proves it. */
import type { CallOptions } from '../edgegap/client.ts';
import { isSessionsApiError } from '../edgegap/errors.ts';
import type { SessionBulkStopResponse } from '../edgegap/models.ts';
import type { StopAudit } from './audit.ts';
import { factsOf } from './facts.ts';
import type { Pass } from './pass.ts';
import { callOptions, eachOf, isGone, isOver, look } from './pass.ts';

/**
 * What a bulk stop named as stopped, what its answer left out, and what it refused alone. A failed call settles
 * nothing.
 */
interface BulkStop {
  named: readonly string[];
  missing: readonly string[];
  refused: readonly string[];
}

const NOTHING: BulkStop = { named: [], missing: [], refused: [] };

/** A run that stops sessions. */
export interface StopPass extends Pass {
  stops: StopAudit;
}

/** How one session ended. `gone` is proof only while the API is known to be there. */
type End = 'stopped' | 'gone' | 'open';

/**
 * Stops sessions by bulk. An id that the answer leaves out proves nothing: it is asked for once more in bulk, then
 * deleted alone, until the pass's deadline.
 * @returns the ids that are proven to be stopped: named by an answer, deleted alone, `Terminating`, or gone. Failures
 * are noted as problems of the pass.
 */
export async function stopSessions(pass: StopPass, ids: readonly string[]): Promise<string[]> {
  const first = await bulkStop(pass, ids);
  const second = await bulkStop(pass, first.missing);
  const open = [...first.refused, ...second.refused, ...second.missing];
  return [...first.named, ...second.named, ...(await stopSingly(pass, open))];
}

/** One bulk stop. When the API refuses the list because of one id, halves find that one. */
async function bulkStop(pass: StopPass, ids: readonly string[]): Promise<BulkStop> {
  if (ids.length === 0 || isOver(pass, deadlineOf(pass))) return NOTHING;
  const filters = [{ field: 'session_id' as const, filter_type: 'any' as const, values: [...ids] }];
  try {
    const stop = { operation: 'sessionsBulkStop', ids };
    const make = (options: CallOptions) => pass.client.sessionsBulkStop({ filters }, options);
    const answer = await pass.stops.stop(stop, callOptions(untilHalftime(pass)), make, namedIn);
    const named = new Set(namedIn(answer));
    const missing = ids.filter((id) => !named.has(id));
    return { ...NOTHING, named: ids.filter((id) => named.has(id)), missing };
  } catch (error) {
    const code = isSessionsApiError(error) ? error.code : undefined;
    // It may have been done: each of them needs a proof.
    if (code === 'INVALID_ANSWER') return { ...NOTHING, missing: ids };
    if (code === 'REFUSED') return await splitRefused(pass, ids);
    pass.problems.note(error, ids.length);
    return NOTHING;
  }
}

async function splitRefused(pass: StopPass, ids: readonly string[]): Promise<BulkStop> {
  if (ids.length === 1) return { ...NOTHING, refused: ids };
  const middle = Math.ceil(ids.length / 2);
  const left = await bulkStop(pass, ids.slice(0, middle));
  const right = await bulkStop(pass, ids.slice(middle));
  return {
    named: [...left.named, ...right.named],
    missing: [...left.missing, ...right.missing],
    refused: [...left.refused, ...right.refused],
  };
}

function namedIn({ processable = [] }: SessionBulkStopResponse): readonly string[] {
  return processable;
}

async function stopSingly(pass: StopPass, ids: readonly string[]): Promise<string[]> {
  const isDone = (): boolean => isOver(pass, deadlineOf(pass));
  const ends = await eachOf(pass, ids, isDone, async (id) => ({ id, end: await stopOne(pass, id) }));
  const proven = new Set<End>(['stopped']);
  if (ends.some(({ end }) => end === 'gone') && (await isApiThere(pass))) proven.add('gone');
  const idsOf = (some: typeof ends): string[] => some.map(({ id }) => id);
  pass.stops.settled('gone', idsOf(ends.filter(({ end }) => end === 'gone' && proven.has(end))));
  pass.stops.settled('retry', idsOf(ends.filter(({ end }) => !proven.has(end))));
  return idsOf(ends.filter(({ end }) => proven.has(end)));
}

async function stopOne(pass: StopPass, id: string): Promise<End> {
  try {
    const stop = { operation: 'sessionDelete', ids: [id] };
    const make = (options: CallOptions) => pass.client.sessionDelete(id, options);
    await pass.stops.stop(stop, callOptions(pass), make, () => [id]);
    return 'stopped';
  } catch (error) {
    if (isSessionsApiError(error) && error.code === 'GONE') return 'stopped';
    const isAnswer = isGone(error) || (isSessionsApiError(error) && error.code === 'REFUSED');
    const seen = isAnswer ? await look(pass, id) : undefined;
    if (seen?.kind === 'gone') return 'gone';
    if (seen?.kind === 'found' && factsOf({ session_id: id }, seen.details).status === 'terminating') {
      pass.stops.settled('gone', [id]);
      return 'stopped';
    }
    pass.problems.note(error, 1);
    return 'open';
  }
}

/** A mistyped base URL or a withdrawn API answers 404 to everything: only a list that answers makes a 404 proof. */
async function isApiThere(pass: StopPass): Promise<boolean> {
  try {
    await pass.client.listSessions({ limit: 1 }, callOptions(pass));
    return true;
  } catch (error) {
    pass.problems.note(error, 1);
    return false;
  }
}

/** Repeating a bulk stop may take half of the time that is left: the other half is for the proof. */
function untilHalftime(pass: StopPass): StopPass {
  const { deadline } = pass;
  return deadline === undefined ? pass : { ...pass, deadline: (Date.now() + deadline) / 2 };
}

function deadlineOf({ deadline = Number.POSITIVE_INFINITY }: StopPass): number {
  return deadline;
}
