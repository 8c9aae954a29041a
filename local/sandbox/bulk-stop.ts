/** A bulk stop, of sessions or of deployments: what matches its filters, and what is processed of that. */
import { type Answer, type Call, failure, ok } from './call.ts';

/** One filter of a bulk stop. */
export interface Filter {
  field: string;
  filter_type: 'any' | 'all' | 'not';
  values: string[];
}

/** What a bulk stop stops. */
export interface Stoppable<T> {
  /** The name of the id in `processable`. */
  idName: 'session_id' | 'request_id';
  /** What runs. */
  rows: readonly T[];
  /** What is Terminating already. */
  terminating: readonly T[];
  idOf(row: T): string;
  /** A row's values of a field. */
  valuesOf(row: T, field: string): readonly string[];
  /** Whether a filter's value is an id that the API does not know. */
  isUnknown(field: string, value: string): boolean;
  stop(id: string): void;
}

/** Stops what matches all filters, but for what the faults spare. */
export function bulkStop<T>(call: Call, filters: readonly Filter[], target: Stoppable<T>): Answer {
  const problem = refused(call, filters, target);
  if (problem !== undefined) return failure(400, `filters: ${problem}`);
  const matchers = filters.map((filter) => {
    const matches = matcher(filter);
    return (row: T) => matches(target.valuesOf(row, filter.field));
  });
  const matching = (row: T) => matchers.every((matches) => matches(row));
  const ending = call.dice.hits(call.variety.terminatingProcessable)
    ? target.terminating.filter(matching)
    : [];
  const stopped = target.rows
    .filter(matching)
    .map(target.idOf)
    .filter((id) => !call.spares(id));
  for (const id of stopped) target.stop(id);
  return ok({
    processable: [...stopped, ...ending.map(target.idOf)].map((id) => ({ [target.idName]: id })),
  });
}

function refused<T>(call: Call, filters: readonly Filter[], target: Stoppable<T>): string | undefined {
  const { refuse, bulkRefusesUnknown } = call.faults;
  const all = filters.flatMap(({ field, values }) => values.map((value) => ({ field, value })));
  const named = all.find(({ value }) => refuse.includes(value));
  if (named !== undefined) return `the value ${named.value} is refused.`;
  const unknown = all.find(({ field, value }) => target.isUnknown(field, value));
  if (unknown === undefined || !call.strikes(bulkRefusesUnknown)) return undefined;
  return `there is no ${unknown.value}.`;
}

/**
 * A filter without values matches everything, as no filter does: the API does not document either, and the sandbox
 * takes the worse case, so that a careless caller is found out here.
 */
function matcher({ filter_type, values }: Filter): (own: readonly string[]) => boolean {
  const wanted = new Set(values);
  if (wanted.size === 0) return () => true;
  if (filter_type === 'all') return (own) => values.every((value) => own.includes(value));
  return (own) => own.some((value) => wanted.has(value)) === (filter_type === 'any');
}
