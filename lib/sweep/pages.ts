/** Reads the list page by page, from any page on. */
import { isSessionsApiError } from '../edgegap/errors.ts';
import { PAGE_LIMIT } from '../edgegap/listing.ts';
import type { ListedSession } from './facts.ts';
import type { Pass } from './pass.ts';
import { callOptions, isOver } from './pass.ts';

/** A list ends after this many pages in a row without a new session, because an API may repeat its pages for ever. */
const MOST_REPEATS = 3;
/** The most that one run lists: 500,000 sessions. The next run goes on from there. */
const MOST_PAGES = 5000;

/** An answer of ListSessions, as far as it is used. Every member may be absent or null (models.md). */
export interface ListPage {
  data?: readonly ListedSession[] | null | undefined;
  total_count?: number | null | undefined;
  pagination?:
    | {
        has_next?: boolean | null | undefined;
        next_page_number?: number | null | undefined;
        paginator?: { num_pages?: number | null | undefined } | null | undefined;
      }
    | null
    | undefined;
}

/** How far one run read the list. */
export interface Reading {
  /** Distinct sessions. */
  listed: number;
  /** The page where the next run goes on; 1 when this one came to the end. */
  nextPage: number;
  complete: boolean;
}

/**
 * Reads pages from `page` on until the end of the list or `untilMs` (epoch milliseconds). A page that cannot be read
 * ends the reading; the next run goes on behind it.
 * @param onSession called once for each distinct session.
 * @throws SessionsApiError when the first of these pages cannot be read.
 */
export async function readPages(
  pass: Pass,
  { page: first, untilMs }: { page: number; untilMs: number },
  onSession: (session: ListedSession) => void,
): Promise<Reading> {
  const seen = new Set<string>();
  const mustEnd = (page: number): boolean =>
    page > first && (isOver(pass, untilMs) || page >= first + MOST_PAGES);
  let repeats = 0;
  for (let page = first; ; page += 1) {
    if (mustEnd(page)) return { listed: seen.size, nextPage: page, complete: false };
    const answer = await readPage(pass, page, page === first);
    if (answer === undefined) return { listed: seen.size, nextPage: page + 1, complete: false };
    // A session that moves between pages meanwhile comes twice.
    const rows = new Map((answer.data ?? []).map((session) => [session.session_id, session]));
    const fresh = [...rows.values()].filter(({ session_id }) => !seen.has(session_id));
    fresh.forEach(onSession);
    for (const { session_id } of fresh) seen.add(session_id);
    pass.onProgress?.('list', seen.size);
    repeats = fresh.length === 0 ? repeats + 1 : 0;
    if (repeats === MOST_REPEATS || !hasNext(page, answer))
      return { listed: seen.size, nextPage: 1, complete: true };
  }
}

/** @returns undefined where a page behind the first cannot be read. */
async function readPage(pass: Pass, page: number, isFirst: boolean): Promise<ListPage | undefined> {
  try {
    return await pass.client.listSessions({ page, limit: PAGE_LIMIT }, callOptions(pass));
  } catch (error) {
    if (isFirst || !isSessionsApiError(error)) throw error;
    pass.problems.note(error, PAGE_LIMIT);
    return undefined;
  }
}

/** Whether the list goes on behind this page, by the first of the members that is there. Pure. */
export function hasNext(page: number, { data, total_count, pagination }: ListPage): boolean {
  const { has_next, next_page_number, paginator } = pagination ?? {};
  if (typeof has_next === 'boolean') return has_next;
  if (next_page_number !== undefined) return next_page_number !== null;
  if (typeof paginator?.num_pages === 'number') return page < paginator.num_pages;
  if (typeof total_count === 'number') return page * PAGE_LIMIT < total_count;
  return (data?.length ?? 0) >= PAGE_LIMIT;
}
