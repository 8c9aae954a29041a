/** The part of a plan that deletes sessions: by id, by deployment, by tag. */
import type { Ask } from '../../events/ask.ts';
import { chunks } from '../runtime/lists.ts';
import type {
  BatchView,
  BulkStopCall,
  DeleteCall,
  PlannedEvent,
  RecordOutcome,
  Selection,
  Target,
} from './types.ts';

/** Records by what they name. */
type Named = ReadonlyMap<string, number[]>;

/** All that a batch deletes, each distinct thing once. */
export interface Deletions {
  sessions: Named;
  deployments: Named;
  tags: Named;
  /** Sets of tags that a session must have all of, each in one call. The key is {@link tagSetKey}. */
  tagSets: Named;
  /** Late or repeated events: they take only the sessions that existed when they happened. */
  selections: Selection[];
  /** What needs no call: sessions that are known to be deleted, or refused. */
  settled: RecordOutcome[];
}

/** What one event wants deleted. */
type Want =
  | { by: 'session' | 'deployment' | 'tag' | 'tagSet'; value: string; record: number }
  | { by: 'selection'; selection: Selection }
  | { by: 'nothing'; known: RecordOutcome };

/** An event by deployment or tag that is younger than this may still take every session that matches. */
const FRESH_MS = 5000;

/** Collects what the events of a batch delete. */
export function collectDeletions(events: readonly PlannedEvent[], memory: BatchView): Deletions {
  const wants = events.flatMap((event) => wantsOf(event, memory));
  return {
    sessions: named(wants, 'session'),
    deployments: named(wants, 'deployment'),
    tags: named(wants, 'tag'),
    tagSets: named(wants, 'tagSet'),
    selections: wants.flatMap((want) => (want.by === 'selection' ? [want.selection] : [])),
    settled: wants.flatMap((want) => (want.by === 'nothing' ? [want.known] : [])),
  };
}

function wantsOf(event: PlannedEvent, memory: BatchView): Want[] {
  const { ask, record } = event;
  if (ask.kind === 'deleteSessions') return ask.sessionIds.map((id) => sessionWant(id, record, memory));
  if (ask.kind === 'stopDeployments') return ask.requestIds.map((id) => stoppedWant(id, record, memory));
  const selection = selectionOf(event);
  if (selection === undefined) return [];
  const isBound = ask.kind !== 'deleteByDeployment' || ask.bound;
  if (isBound && (isLate(event) || handledKeys(selection).some(memory.isHandled)))
    return [{ by: 'selection', selection }];
  const { field, filterType, values } = selection;
  if (filterType === 'all') return [{ by: 'tagSet', value: tagSetKey(values), record }];
  return values.map((value) => ({ by: field === 'request_id' ? 'deployment' : 'tag', value, record }));
}

/** Every session of a deployment that is stopped: its server is gone, however old they are. */
function stoppedWant(id: string, record: number, memory: BatchView): Want {
  return memory.isFinished(id)
    ? { by: 'nothing', known: { record, outcome: { kind: 'gone' } } }
    : { by: 'deployment', value: id, record };
}

function sessionWant(id: string, record: number, memory: BatchView): Want {
  if (memory.isDeleted(id)) return { by: 'nothing', known: { record, outcome: { kind: 'gone' } } };
  const reason = memory.refusal(id);
  if (reason === undefined) return { by: 'session', value: id, record };
  return { by: 'nothing', known: { record, outcome: { kind: 'dead', code: 'REFUSED', reason } } };
}

/** The records of the wants of one kind, by value. A record that names a value twice counts once. */
function named(wants: readonly Want[], by: 'session' | 'deployment' | 'tag' | 'tagSet'): Named {
  const records = new Map<string, number[]>();
  for (const want of wants) {
    if (want.by !== by) continue;
    const known = records.get(want.value);
    if (known === undefined) records.set(want.value, [want.record]);
    else if (known.at(-1) !== want.record) known.push(want.record);
  }
  return records;
}

function isLate({ receiveCount, ageMs, timeMs, sentAtMs }: PlannedEvent): boolean {
  return receiveCount > 1 || ageMs + (sentAtMs - timeMs) > FRESH_MS;
}

function selectionOf({ ask, record, timeMs }: PlannedEvent): Selection | undefined {
  const selector = selectorOf(ask);
  return selector && { ...selector, record, createdUntilMs: timeMs };
}

function selectorOf(ask: Ask): Pick<Selection, 'field' | 'filterType' | 'values'> | undefined {
  if (ask.kind === 'deleteByDeployment' || ask.kind === 'stopDeployments')
    return { field: 'request_id', filterType: 'any', values: ask.requestIds };
  if (ask.kind === 'deleteByTags')
    return { field: 'deployment_tags', filterType: ask.match, values: ask.tags };
  return undefined;
}

/** What the memory is asked about an event by deployment or tag. */
export function selectorKeys(ask: Ask): string[] {
  const selector = selectorOf(ask);
  return selector === undefined ? [] : handledKeys(selector);
}

/** A key of DynamoDB has at most 2,048 bytes of UTF-8, and a set of tags may be longer. */
const KEY_CHARACTERS = 500;

/**
 * What the memory keeps once sessions by this value were deleted. What lies beyond the characters of a key does not
 * count: an event that looks handled takes the sessions that existed when it happened, which is never wrong.
 */
export function handledKey(field: BulkStopCall['field'], value: string): string {
  return `${field} ${value}`.slice(0, KEY_CHARACTERS).toWellFormed();
}

/** What the memory keeps once sessions by these values were deleted. */
export function handledKeys({
  field,
  filterType,
  values,
}: Pick<BulkStopCall, 'field' | 'filterType'> & { values: readonly string[] }): string[] {
  const named = filterType === 'all' ? [tagSetKey(values)] : values;
  return named.map((value) => handledKey(field, value));
}

function tagSetKey(tags: readonly string[]): string {
  return JSON.stringify([...new Set(tags)].sort());
}

/**
 * The fewest calls for them: SessionDelete for one session, SessionsBulkStop in chunks for more, one filter a call
 * (how several filters combine is not documented).
 * @param absorbed records of users events by the session that is deleted anyway.
 * @param chunk values that one bulk stop may carry.
 */
export function deletionCalls(
  { sessions, deployments, tags, tagSets }: Deletions,
  absorbed: ReadonlyMap<string, number[]>,
  chunk: number,
): (DeleteCall | BulkStopCall)[] {
  return [
    ...chunks(targetsOf(sessions, absorbed), chunk).map(sessionsCall),
    ...chunks(targetsOf(deployments), chunk).map((targets) => bulkStop('request_id', targets)),
    ...chunks(targetsOf(tags), chunk).map((targets) => bulkStop('deployment_tags', targets)),
    ...[...tagSets].map(([key, records]) => bulkStop('deployment_tags', tagSetTargets(key, records), 'all')),
  ];
}

/** One call that deletes these sessions: SessionDelete for one, SessionsBulkStop for more. */
export function sessionsCall(targets: Target[]): DeleteCall | BulkStopCall {
  const [first, ...others] = targets;
  if (first !== undefined && others.length === 0) return { operation: 'sessionDelete', targets: [first] };
  return bulkStop('session_id', targets);
}

function bulkStop(
  field: BulkStopCall['field'],
  targets: Target[],
  filterType: BulkStopCall['filterType'] = 'any',
): BulkStopCall {
  return { operation: 'sessionsBulkStop', field, filterType, targets };
}

function targetsOf(named: Named, absorbed: ReadonlyMap<string, number[]> = new Map()): Target[] {
  return [...named].map(([value, records]) => ({ value, records, absorbed: absorbed.get(value) ?? [] }));
}

function tagSetTargets(key: string, records: number[]): Target[] {
  const tags: string[] = JSON.parse(key);
  return tags.map((value) => ({ value, records, absorbed: [] }));
}
