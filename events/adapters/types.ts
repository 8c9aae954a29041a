/** What an adapter returns: another system's message in this project's terms. */
import type { EventName, Violation } from '../index.ts';
import { checkEvent } from '../index.ts';
import { isObject, isUnset } from '../schema.ts';

/** An event as it goes into the queue. */
export interface AdaptedEvent {
  type: EventName;
  data: Readonly<Record<string, unknown>>;
  id?: string;
  time?: string;
}

/** The valid events that a message becomes; `ignored` counts the messages that ask for nothing. */
export type Adapted =
  | { ok: true; events: AdaptedEvent[]; ignored: number }
  | { ok: false; violations: Violation[] };

/** Reads one parsed message. Never throws for a value that came from JSON. */
export type Adapter = (body: unknown) => Adapted;

/** A message that asks for nothing. */
export const IGNORED: Adapted = { ok: true, events: [], ignored: 1 };

/**
 * A message that becomes one event.
 * @param origins where the message has what the event has, as JSON pointers: violations point into the message.
 */
export function become(event: AdaptedEvent, origins: Readonly<Record<string, string>>): Adapted {
  const missing = Object.keys(event.data).find((name) => isUnset(event.data[name]));
  if (missing !== undefined) return refuse(origins[`/data/${missing}`] ?? '', 'is missing');
  const parsed = checkEvent(event);
  if (parsed.ok) return { ok: true, events: [event], ignored: 0 };
  const violations = parsed.violations.map(({ pointer, reason }) => ({
    pointer: origins[pointer] ?? pointer,
    reason,
  }));
  return { ok: false, violations };
}

/** A message that the adapter does not know. */
export function refuse(pointer: string, reason: string): Adapted {
  return { ok: false, violations: [{ pointer, reason }] };
}

/** The members of an object; none for anything else. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}
