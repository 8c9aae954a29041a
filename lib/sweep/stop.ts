/** The second half of a sweep: looks again, stops, and makes sure. */

import { isSessionsApiError } from '../edgegap/errors.ts';
import { chunks } from '../runtime/lists.ts';
import type { Pass } from './pass.ts';
import { callOptions, eachOf, isOver, look, note } from './pass.ts';
import type { SweepPolicy } from './policy.ts';
import { judge, usersOf } from './policy.ts';
import type { SweepRow } from './survey.ts';

/** At most so many sessions are looked at again before they are stopped: the first look must not grow old. */
const AGAIN_BEFORE_STOP = 100;

/** What was stopped. */
export interface Stops {
  stopped: string[];
  /** Whether time allowed to come to the end. */
  complete: boolean;
}

/**
 * Stops what is still stale when looked at again, the oldest first. A row whose second look decides otherwise is
 * changed in place. No look starts after `untilMs` (epoch milliseconds).
 * @param chunk values that one bulk stop may carry.
 */
export async function stopStale(
  pass: Pass,
  policy: SweepPolicy,
  rows: readonly SweepRow[],
  { untilMs, chunk }: { untilMs: number; chunk: number },
): Promise<Stops> {
  const age = ({ verdict }: SweepRow): number => verdict.ageMs ?? 0;
  const stale = rows.filter(({ verdict }) => verdict.stop).sort((one, other) => age(other) - age(one));
  const stopped: string[] = [];
  let again = 0;
  let complete = true;
  for (const group of chunks(stale, Math.min(chunk, AGAIN_BEFORE_STOP))) {
    const confirmed: string[] = [];
    const allLooked = await eachOf(pass, group, untilMs, async (row) => {
      if (await isStillStale(pass, policy, row)) confirmed.push(row.listed.session_id);
      again += 1;
      pass.onProgress?.('again', again, stale.length);
    });
    stopped.push(...(await stopSessions(pass, confirmed)));
    complete &&= allLooked;
    if (isOver(pass, untilMs)) break;
  }
  return { stopped, complete: complete && again === stale.length };
}

async function isStillStale(pass: Pass, policy: SweepPolicy, row: SweepRow): Promise<boolean> {
  const details = await look(pass, row.listed.session_id);
  if (details === 'gone') row.verdict = { stop: false, rule: 'ending' };
  else if (details === 'failed') row.verdict = { stop: false, rule: 'unknown' };
  else {
    row.verdict = judge(row.listed, details, Date.now(), policy);
    row.users = usersOf(row.listed, details);
  }
  return row.verdict.stop;
}

/** The ids that are stopped now. When the API refuses a list for one of its ids, halves find that one. */
async function stopSessions(pass: Pass, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0 || pass.signal?.aborted) return [];
  try {
    const filters = [{ field: 'session_id' as const, filter_type: 'any' as const, values: [...ids] }];
    const { processable } = await pass.client.sessionsBulkStop({ filters }, callOptions(pass));
    const taken = new Set(processable);
    return [
      ...ids.filter((id) => taken.has(id)),
      ...(await gone(
        pass,
        ids.filter((id) => !taken.has(id)),
      )),
    ];
  } catch (error) {
    if (ids.length > 1 && isSessionsApiError(error) && error.code === 'REFUSED') {
      const middle = Math.ceil(ids.length / 2);
      return [
        ...(await stopSessions(pass, ids.slice(0, middle))),
        ...(await stopSessions(pass, ids.slice(middle))),
      ];
    }
    note(pass, error, ids.length);
    return [];
  }
}

/** Which of the sessions that a bulk stop left out are gone: an answer may have been lost. The others wait for the next run. */
async function gone(pass: Pass, ids: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  await eachOf(pass, ids, Number.POSITIVE_INFINITY, async (id) => {
    if ((await look(pass, id)) === 'gone') found.push(id);
  });
  return found;
}
