/** The pages of a list, as the API's pagination words them. */
import { type Answer, type Call, failure, ok } from './call.ts';

/** What a list may be asked. */
export interface PageQuery {
  page?: string | undefined;
  limit?: string | undefined;
}

/** Answers one page of these rows, 10 unless the query says otherwise. @param view a row as the API shows it */
export function pageOf<T>(
  call: Call,
  rows: readonly T[],
  query: PageQuery,
  view: (row: T) => unknown,
): Answer {
  const { pageRows, pageAfterLast, repeatPages } = call.faults;
  const asked = Number(query.page ?? 1);
  const limit = Math.min(Number(query.limit ?? 10), pageRows ?? Number.POSITIVE_INFINITY);
  if (call.strikes(repeatPages)) return repeatedPage(rows.slice(0, limit).map(view), asked, limit);
  const pages = Math.max(1, Math.ceil(rows.length / limit));
  if (asked > pages && pageAfterLast === 'refused') return failure(400, `page: there is no page ${asked}.`);
  const number = asked > pages && pageAfterLast === 'last' ? pages : asked;
  return ok({
    data: rows.slice((number - 1) * limit, number * limit).map(view),
    total_count: rows.length,
    pagination: pagination(number, pages),
  });
}

/** However far a reader goes, the same rows, and always one page more. */
function repeatedPage(data: readonly unknown[], number: number, limit: number): Answer {
  return ok({ data, total_count: (number + 1) * limit, pagination: pagination(number, number + 1) });
}

function pagination(number: number, pages: number): Record<string, unknown> {
  return {
    number,
    next_page_number: number < pages ? number + 1 : null,
    previous_page_number: number > 1 ? number - 1 : null,
    has_next: number < pages,
    has_previous: number > 1,
    paginator: { num_pages: pages },
  };
}
