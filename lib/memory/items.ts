/**
 * The items `session#ID`, `deployment#ID` and `selector#KEY`. Times are ISO 8601 text in the table: people read it,
 * too.
 */
import * as v from 'valibot';
import { readAs } from '../runtime/schema.ts';
import type { Item } from './attributes.ts';
import type { RememberedDeployment, Tombstone } from './types.ts';

/** How things of one kind stand in the table. */
export interface ItemKind<T> {
  /** The id of the item of a thing. */
  itemId(id: string): string;
  write(id: string, value: T): Item;
  /** undefined: there is no item, or it cannot be read. Then nothing is known, and the API is called. */
  read(item: Item | undefined): T | undefined;
  /** Whether nothing can change any more. */
  isFinal(value: T): boolean;
}

const time = v.pipe(
  v.string(),
  v.check((text) => !Number.isNaN(Date.parse(text))),
  v.transform((text) => Date.parse(text)),
);
const tombstone = v.object({ deletedAt: time, by: v.string(), event: v.string() });
const stop = v.object({ stoppedAt: time, by: v.string(), event: v.string() });
const lastSession = v.object({ lastSessionAt: time });
const empty = v.object({ emptySince: time });
const handled = v.object({ handledAt: time });

/** Sessions that were deleted. */
export const tombstones: ItemKind<Tombstone> = {
  itemId: (sessionId) => `session#${sessionId}`,
  write: (sessionId, { deletedAtMs, by, event }) => ({
    id: tombstones.itemId(sessionId),
    deletedAt: isoTime(deletedAtMs),
    by,
    event,
  }),
  read(item) {
    const found = readAs(tombstone, item);
    return found && { deletedAtMs: found.deletedAt, by: found.by, event: found.event };
  },
  isFinal: () => true,
};

/** Deployments that were stopped, or had sessions. */
export const deployments: ItemKind<RememberedDeployment> = {
  itemId: (deploymentId) => `deployment#${deploymentId}`,
  write: (deploymentId, { stopped, lastSessionAtMs, emptySinceMs }) => ({
    id: deployments.itemId(deploymentId),
    ...(stopped && { stoppedAt: isoTime(stopped.stoppedAtMs), by: stopped.by, event: stopped.event }),
    ...(lastSessionAtMs !== undefined && { lastSessionAt: isoTime(lastSessionAtMs) }),
    ...(emptySinceMs !== undefined && { emptySince: isoTime(emptySinceMs) }),
  }),
  read(item) {
    const stopped = readAs(stop, item);
    const lastSessionAtMs = readAs(lastSession, item)?.lastSessionAt;
    const emptySinceMs = readAs(empty, item)?.emptySince;
    if (stopped === undefined && lastSessionAtMs === undefined) return undefined;
    return {
      ...(stopped && { stopped: { stoppedAtMs: stopped.stoppedAt, by: stopped.by, event: stopped.event } }),
      ...(lastSessionAtMs !== undefined && { lastSessionAtMs }),
      ...(emptySinceMs !== undefined && { emptySinceMs }),
    };
  },
  isFinal: ({ stopped }) => stopped !== undefined,
};

/** Deployments and tags whose sessions were deleted: when that was last done, epoch milliseconds. */
export const selectors: ItemKind<number> = {
  itemId: (key) => `selector#${key}`,
  write: (key, handledAtMs) => ({ id: selectors.itemId(key), handledAt: isoTime(handledAtMs) }),
  read: (item) => readAs(handled, item)?.handledAt,
  isFinal: () => false,
};

/** A time as the table holds it. @param ms epoch milliseconds. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
