/**
 * Reads a list of the API to its end, though every member of a page that says where the end is may be absent.
 */

/** Rows that a page is asked for. */
export const PAGE_LIMIT = 100;
/** A list ends here, whatever the API says: 200,000 rows. */
const MOST_PAGES = 2000;
/** Pages in a row that bring nothing new while the API says that there is more. */
const MOST_IDLE_PAGES = 3;

/** A page of a list. */
export interface Page<T> {
  data?: T[] | undefined;
  /** Rows that could not be read and are not in `data`. */
  unreadable: number;
  total_count?: number | undefined;
  pagination?: Pagination | undefined;
}

interface Pagination {
  next_page_number?: number | undefined;
  has_next?: boolean | undefined;
  paginator?: { num_pages?: number | undefined } | undefined;
}

/** A list: how a page of it is asked for (from 1), and what identifies a row. */
export interface Listing<T> {
  fetchPage: (page: number) => Promise<Page<T>>;
  idOf: (row: T) => string;
}

/**
 * A page as it was read, the rows of it that no earlier page had, and whether the API says that there is
 * another.
 */
interface Step<T> {
  page: Page<T>;
  fresh: T[];
  hasMore: boolean | undefined;
}

/** Every row once. A row that moves between pages meanwhile may be missed. */
export async function* allRows<T>(listing: Listing<T>): AsyncGenerator<T, void, undefined> {
  for await (const { fresh } of steps(listing)) yield* fresh;
}

/**
 * Every row by its id, and whether the list is steady: whether an id that is not in it is absent. A row is
 * missed when rows before it are removed while the list is read: the later ones move up, to a page that was
 * read already. So a list is steady when it fits on one page; and on several, when each reports the same
 * `total_count`, it is the number of distinct ids, and no id came twice. A page without `data`, or with a row
 * that cannot be read, proves nothing.
 */
export async function wholeList<T>(listing: Listing<T>): Promise<{ rows: Map<string, T>; steady: boolean }> {
  const rows = new Map<string, T>();
  const read: Step<T>[] = [];
  for await (const step of steps(listing)) {
    read.push(step);
    for (const row of step.fresh) rows.set(listing.idOf(row), row);
  }
  const isWhole = read.every(
    ({ page, fresh }) => page.unreadable === 0 && page.data?.length === fresh.length,
  );
  return { rows, steady: isWhole && provesAbsence(read, rows.size) };
}

/**
 * Whether the first page of a list is all of it: it has as many rows as the API counts, and nothing says that there is
 * another page.
 */
export function isWholeList<T>(page: Page<T>): boolean {
  const found = page.data?.length;
  return found !== undefined && page.total_count === found && saysMore(page, 1, found) !== true;
}

function provesAbsence<T>(read: readonly Step<T>[], found: number): boolean {
  const [first, ...others] = read;
  if (first === undefined) return false;
  const total = first.page.total_count;
  if (others.length > 0) return read.every(({ page }) => page.total_count === found);
  // A full page that does not say that it is the last one may be all that the API ever shows.
  return (total ?? 0) <= found && (first.hasMore === false || found < PAGE_LIMIT);
}

async function* steps<T>({ fetchPage, idOf }: Listing<T>): AsyncGenerator<Step<T>, void, undefined> {
  const seen = new Set<string>();
  let idle = 0;
  let number = 1;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await fetchPage(number);
    const fresh = (page.data ?? []).filter((row) => seen.size !== seen.add(idOf(row)).size);
    const hasMore = saysMore(page, number, seen.size);
    idle = fresh.length === 0 ? idle + 1 : 0;
    // Without any sign, a page that brings nothing new says that the one before was the last.
    if (hasMore === undefined && idle > 0 && pages > 0) return;
    yield { page, fresh, hasMore };
    if (hasMore === false || idle >= (hasMore === undefined ? 1 : MOST_IDLE_PAGES)) return;
    number = Math.max(number + 1, page.pagination?.next_page_number ?? 0);
  }
}

/** Whether there is a page after this one. Undefined where no member says so. */
function saysMore<T>(page: Page<T>, number: number, seen: number): boolean | undefined {
  const { has_next, next_page_number, paginator } = page.pagination ?? {};
  if (has_next !== undefined) return has_next;
  if (next_page_number !== undefined) return next_page_number > number;
  if (paginator?.num_pages !== undefined) return paginator.num_pages > number;
  return page.total_count === undefined ? undefined : page.total_count > seen;
}
