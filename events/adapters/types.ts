/** What an adapter gives: another system's message in this project's terms. */
import type { Violation } from '../index.ts';

/** An event as it goes into the queue. */
export interface AdaptedEvent {
  type: string;
  data: Readonly<Record<string, unknown>>;
  id?: string;
  time?: string;
}

/** The events that a message becomes; `ignored` counts what asks for nothing. */
export type Adapted =
  | { ok: true; events: AdaptedEvent[]; ignored: number }
  | { ok: false; violations: Violation[] };

/** Reads one parsed message. Never throws for a value that came from JSON. */
export type Adapter = (body: unknown) => Adapted;

/** A message that asks for nothing. */
export const IGNORED: Adapted = { ok: true, events: [], ignored: 1 };

/** A message that becomes one event. */
export function one(event: AdaptedEvent): Adapted {
  return { ok: true, events: [event], ignored: 0 };
}

/** A message that is none of the kind. */
export function refuse(pointer: string, reason: string): Adapted {
  return { ok: false, violations: [{ pointer, reason }] };
}

/** The members of an object; none for anything else. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
