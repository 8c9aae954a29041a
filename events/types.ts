/** The shape of an event type: what each file of a type exports. */
import type { Ask } from './ask.ts';
import type { Schema, Violation } from './schema.ts';

/** One event type: its name on the wire, the schema of its `data`, and how data becomes what it asks for. */
export interface EventType<Name extends string = string> {
  type: Name;
  data: Schema<unknown>;
  /** Checks the data of an event. Returns what it asks for, or everything that is wrong with it. */
  read(data: unknown): Ask | readonly Violation[];
}

/** Makes an event type from its name, the schema of its data, and what such data asks for. */
export function eventType<Name extends string, Data>(definition: {
  type: Name;
  data: Schema<Data>;
  ask: (data: Data) => Ask;
}): EventType<Name> {
  const { type, data, ask } = definition;
  return { type, data, read: (value) => (data.accepts(value) ? ask(value) : data.check(value)) };
}
