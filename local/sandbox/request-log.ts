/** The sandbox's log of requests: what tests and the console count and look at. */
import type { Operation } from './models.ts';

/** One request to the API, the refused ones included. */
export interface RequestEntry {
  /** When it came, in epoch milliseconds. */
  readonly at: number;
  /** Null for a route that the API does not have. */
  readonly operation: Operation | null;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Parsed where it is JSON, the text where it is not, null where there is none. */
  readonly body: unknown;
  /** Null while it is under way, and for good when its connection was reset. */
  status: number | null;
  /** A bulk stop that could match everything: without filters or values, with an empty value, or with `not`. */
  readonly dangerous: boolean;
}

/** A log of requests, oldest first. */
export interface RequestLog {
  add(entry: Omit<RequestEntry, 'dangerous' | 'status'>): RequestEntry;
  entries(): readonly RequestEntry[];
  clear(): void;
}

/** More than any test sends; a stage that runs for days must not grow for ever. */
const MOST_ENTRIES = 100_000;

const BULK_STOPS = new Set<Operation | null>(['sessionsBulkStop', 'deploymentsBulkStop']);

/** An empty log. It keeps the newest 100,000 requests. */
export function createRequestLog(): RequestLog {
  let entries: RequestEntry[] = [];

  function add(request: Omit<RequestEntry, 'dangerous' | 'status'>): RequestEntry {
    const isBulkStop = BULK_STOPS.has(request.operation);
    const dangerous = isBulkStop && couldMatchAll(request.body);
    const entry: RequestEntry = { ...request, status: null, dangerous };
    if (entries.length >= MOST_ENTRIES) entries = entries.slice(MOST_ENTRIES / 10);
    entries.push(entry);
    return entry;
  }

  function clear(): void {
    entries = [];
  }

  return { add, entries: () => [...entries], clear };
}

/** Judges the body as sent, well formed or not: an attempt counts, whatever the answer was. */
function couldMatchAll(body: unknown): boolean {
  const filters = member(body, 'filters');
  if (!Array.isArray(filters) || filters.length === 0) return true;
  return filters.some((filter: unknown) => {
    const values = member(filter, 'values');
    if (!Array.isArray(values) || values.length === 0 || values.includes('')) return true;
    return member(filter, 'filter_type') === 'not';
  });
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
