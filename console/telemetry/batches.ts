/** The batches of a console: what the functions' log lines say about each. Bounded: a stage runs for days. */
import type { AuditEntry, BatchRow } from '../protocol.ts';

/** A batch, and what it did. */
interface Batch {
  row: BatchRow;
  /** Counts up with every change to any batch. */
  version: number;
}

/** The batches that are remembered. */
export interface BatchLog {
  addBatch(row: Omit<BatchRow, 'id'>, requestId: string | undefined): void;
  addEntry(entry: AuditEntry, requestId: string | undefined): void;
  /** The rows that are newer than this version, the newest last. 0: all. */
  rowsSince(version: number): BatchRow[];
  version(): number;
  /** What a batch did, call by call. */
  entriesOf(id: string): AuditEntry[];
  /** What was done about a session or a deployment, in any batch. */
  entriesAbout(id: string): AuditEntry[];
}

const MOST_BATCHES = 1000;
/** A line has 100 targets and 100 events at most: about 10 KB. */
const MOST_ENTRIES = 5000;

/** The lines that come before their batch's line, where none names its invocation. */
const NAMELESS = '';

/** Returns a log without batches. It keeps the newest 1,000, and the newest 5,000 audit lines. */
export function createBatchLog(): BatchLog {
  const batches = new Map<string, Batch>();
  let entries: { owner: string; entry: AuditEntry }[] = [];
  let version = 0;

  function addBatch(row: Omit<BatchRow, 'id'>, requestId: string | undefined): void {
    version += 1;
    const id = requestId ?? `${row.at}-${version}`;
    batches.set(id, { row: { id, ...row }, version });
    if (requestId === undefined)
      entries = entries.map((one) => (one.owner === NAMELESS ? { ...one, owner: id } : one));
    const [oldest] = batches.keys();
    if (batches.size > MOST_BATCHES && oldest !== undefined) batches.delete(oldest);
  }

  function addEntry(entry: AuditEntry, requestId: string | undefined): void {
    entries.push({ owner: requestId ?? NAMELESS, entry });
    if (entries.length > MOST_ENTRIES * 1.1) entries = entries.slice(-MOST_ENTRIES);
  }

  return {
    addBatch,
    addEntry,
    rowsSince: (since) =>
      [...batches.values()].filter((batch) => batch.version > since).map(({ row }) => row),
    version: () => version,
    entriesOf: (id) => entries.filter(({ owner }) => owner === id).map(({ entry }) => entry),
    entriesAbout: (id) => entries.map(({ entry }) => entry).filter((entry) => isAbout(entry, id)),
  };
}

function isAbout({ sessionId, targets, filter }: AuditEntry, id: string): boolean {
  return sessionId === id || targets.includes(id) || filter?.values.includes(id) === true;
}
