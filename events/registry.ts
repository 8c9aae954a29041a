/** The registry of event types: the one list that a new type is added to. */
import { deploymentFinished } from './deployment-finished.ts';
import { deploymentStopped } from './deployment-stopped.ts';
import { deploymentUsers } from './deployment-users.ts';
import { matchEnded } from './match-ended.ts';
import { tagRetired } from './tag-retired.ts';
import type { EventType } from './types.ts';
import { userJoined } from './user-joined.ts';
import { userLeft } from './user-left.ts';

const all = [
  matchEnded,
  userLeft,
  userJoined,
  deploymentFinished,
  deploymentStopped,
  deploymentUsers,
  tagRetired,
] as const;

/** The name of an event type. */
export type EventName = (typeof all)[number]['type'];

/** Every event type by its name. */
export const eventTypes: ReadonlyMap<string, EventType<EventName>> = new Map(
  all.map((eventType): [string, EventType<EventName>] => [eventType.type, eventType]),
);
