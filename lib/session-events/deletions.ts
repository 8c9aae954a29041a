/** The part of a plan that deletes sessions: by id, by deployment, by tag. */
import { chunks } from '../runtime/lists.ts';
import type { BulkStopCall, DeleteCall, PlannedEvent, Target } from './types.ts';

/** All that a batch deletes, each distinct thing once. */
export interface Deletions {
  sessions: Map<string, Target>;
  deployments: Map<string, Target>;
  tags: Map<string, Target>;
  /** Sets of tags that a session must have all of: one call each. The key is the sorted set. */
  tagSets: Map<string, Target[]>;
}

/**
 * Collects what the events delete.
 * @param events the events of a batch.
 * @param isDeleted whether a session is known to be gone: such ids are left out.
 */
export function collectDeletions(
  events: readonly PlannedEvent[],
  isDeleted: (sessionId: string) => boolean,
): Deletions {
  const all: Deletions = {
    sessions: new Map(),
    deployments: new Map(),
    tags: new Map(),
    tagSets: new Map(),
  };
  for (const { ask, record } of events) {
    if (ask.kind === 'deleteSessions') {
      for (const id of ask.sessionIds) if (!isDeleted(id)) claim(all.sessions, id, record);
    } else if (ask.kind === 'deleteByDeployment') {
      for (const id of ask.requestIds) claim(all.deployments, id, record);
    } else if (ask.kind === 'deleteByTags') {
      if (ask.match === 'any') for (const tag of ask.tags) claim(all.tags, tag, record);
      else claimTagSet(all.tagSets, ask.tags, record);
    }
  }
  return all;
}

/**
 * The fewest calls for them: SessionDelete for one session, SessionsBulkStop in chunks for more, one
 * filter a call (how several filters combine is not documented).
 * @param chunk values that one bulk stop may carry.
 */
export function deletionCalls(deletions: Deletions, chunk: number): (DeleteCall | BulkStopCall)[] {
  const tagSets = [...deletions.tagSets.values()].map(
    (targets): BulkStopCall => ({
      operation: 'sessionsBulkStop',
      field: 'deployment_tags',
      filterType: 'all',
      targets,
    }),
  );
  return [
    ...chunks([...deletions.sessions.values()], chunk).map(sessionsCall),
    ...chunks([...deletions.deployments.values()], chunk).map((targets) => anyOf('request_id', targets)),
    ...chunks([...deletions.tags.values()], chunk).map((targets) => anyOf('deployment_tags', targets)),
    ...tagSets,
  ];
}

/** One call that deletes these sessions: SessionDelete for one, SessionsBulkStop for more. */
export function sessionsCall(targets: Target[]): DeleteCall | BulkStopCall {
  const [first, ...others] = targets;
  if (first !== undefined && others.length === 0) return { operation: 'sessionDelete', targets: [first] };
  return anyOf('session_id', targets);
}

function anyOf(field: BulkStopCall['field'], targets: Target[]): BulkStopCall {
  return { operation: 'sessionsBulkStop', field, filterType: 'any', targets };
}

function claim(targets: Map<string, Target>, value: string, record: number): void {
  const known = targets.get(value);
  if (known === undefined) targets.set(value, { value, records: [record], absorbed: [] });
  else if (known.records.at(-1) !== record) known.records.push(record);
}

function claimTagSet(sets: Map<string, Target[]>, tags: readonly string[], record: number): void {
  const distinct = [...new Set(tags)].sort();
  const key = JSON.stringify(distinct);
  const known = sets.get(key);
  if (known === undefined) {
    sets.set(
      key,
      distinct.map((value) => ({ value, records: [record], absorbed: [] })),
    );
  } else {
    for (const target of known) target.records.push(record);
  }
}
