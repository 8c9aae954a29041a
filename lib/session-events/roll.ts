/**
 * The roll call: a list of all sessions, or of all deployments, as evidence. What a whole list does not hold is gone;
 * a list that answers proves that the API is there at all.
 */
import type { SessionsApiError } from '../edgegap/errors.ts';
import { isSessionsApiError } from '../edgegap/errors.ts';
import { isWholeList, PAGE_LIMIT, type Page } from '../edgegap/listing.ts';
import type { Budget } from './budget.ts';
import { retryFor } from './findings.ts';
import type { Outcome } from './types.ts';

/** What the list says about an id. `unknown`: the whole list was not worth its calls, or it moved. */
export type Listed = 'absent' | 'present' | 'unknown';

/** A look at the list, or why there is none. */
export type Roll = { listed: (id: string) => Listed } | { error: SessionsApiError };

const FIRST_PAGE = { page: 1, limit: PAGE_LIMIT } as const;

/** A list of the API. */
export interface RollSource<T> {
  firstPage(query: typeof FIRST_PAGE): Promise<Page<T>>;
  /** All rows by id, and whether an id that is not among them is absent. */
  whole(): Promise<{ rows: ReadonlyMap<string, T>; steady: boolean }>;
  idOf(row: T): string;
  /** Whether a row counts as gone. */
  isEnding(row: T): boolean;
}

/**
 * Reads the first page of the list, and the others where they cost less than what they save.
 * @param saved the calls that a whole list would save.
 */
export async function callRoll<T>(source: RollSource<T>, saved: number, budget: Budget): Promise<Roll> {
  const lookUp = (rows: ReadonlyMap<string, T>) => (id: string) => {
    const row = rows.get(id);
    return row === undefined || source.isEnding(row) ? 'absent' : 'present';
  };
  try {
    budget.spend(1);
    const page = await source.firstPage(FIRST_PAGE);
    const { data: rows = [], total_count: total } = page;
    if (isWholeList(page)) return { listed: lookUp(new Map(rows.map((row) => [source.idOf(row), row]))) };
    const pages = total == null ? undefined : Math.ceil(total / PAGE_LIMIT);
    const isWorth = pages === undefined ? saved > budget.left() : pages < saved;
    if (!isWorth) return { listed: () => 'unknown' };
    budget.spend(pages ?? 1);
    const { rows: all, steady } = await source.whole();
    return { listed: steady ? lookUp(all) : () => 'unknown' };
  } catch (error) {
    if (!isSessionsApiError(error)) throw error;
    return { error };
  }
}

/** A 404 to the list means that its operations are not there. Any other error decides nothing. */
export function surfaceOutcome(error: SessionsApiError): Outcome {
  return error.code === 'NOT_FOUND' ? retryFor(error, 'SURFACE_MISSING') : retryFor(error);
}

/** The outcome where the list holds what a call was told does not exist. @param what it is, with its id. */
export function contradiction(operation: string, what: string): Outcome {
  const reason = `${operation}: the API answered that ${what} does not exist, but also that it does. It is tried again.`;
  return { kind: 'retry', code: 'NOT_FOUND', reason };
}
