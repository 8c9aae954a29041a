/** The items `session#ID`, `deployment#ID` and `selector#KEY`. Times are ISO 8601 text in the table: people read it, too. */
import * as z from 'zod/mini';
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

const time = z.pipe(
  z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)))),
  z.transform((text: string) => Date.parse(text)),
);
const tombstone = z.object({ deletedAt: time, by: z.string(), event: z.string() });
const stop = z.object({ stoppedAt: time, by: z.string(), event: z.string() });
const lastSession = z.object({ lastSessionAt: time });
const handled = z.object({ handledAt: time });

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
    const found = tombstone.safeParse(item).data;
    return found && { deletedAtMs: found.deletedAt, by: found.by, event: found.event };
  },
  isFinal: () => true,
};

/** Deployments that were stopped, or had sessions. */
export const deployments: ItemKind<RememberedDeployment> = {
  itemId: (deploymentId) => `deployment#${deploymentId}`,
  write: (deploymentId, { stopped, lastSessionAtMs }) => ({
    id: deployments.itemId(deploymentId),
    ...(stopped && { stoppedAt: isoTime(stopped.stoppedAtMs), by: stopped.by, event: stopped.event }),
    ...(lastSessionAtMs !== undefined && { lastSessionAt: isoTime(lastSessionAtMs) }),
  }),
  read(item) {
    const stopped = stop.safeParse(item).data;
    const lastSessionAtMs = lastSession.safeParse(item).data?.lastSessionAt;
    if (stopped === undefined && lastSessionAtMs === undefined) return undefined;
    return {
      ...(stopped && { stopped: { stoppedAtMs: stopped.stoppedAt, by: stopped.by, event: stopped.event } }),
      ...(lastSessionAtMs !== undefined && { lastSessionAtMs }),
    };
  },
  isFinal: ({ stopped }) => stopped !== undefined,
};

/** Deployments and tags whose sessions were deleted: when that was last done, epoch milliseconds. */
export const selectors: ItemKind<number> = {
  itemId: (key) => `selector#${key}`,
  write: (key, handledAtMs) => ({ id: selectors.itemId(key), handledAt: isoTime(handledAtMs) }),
  read: (item) => handled.safeParse(item).data?.handledAt,
  isFinal: () => false,
};

/** A time as the table holds it. @param ms epoch milliseconds. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
