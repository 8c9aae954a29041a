/** The shape of an event type: what each file of a type exports. */
import type * as z from 'zod/mini';
import type { Ask } from './ask.ts';

/** One event type: its name on the wire, the schema of its `data`, and how data becomes what it asks for. */
export interface EventType<Name extends string = string> {
  type: Name;
  /** Made when it is first asked for: a cold start needs one or two of them. */
  schema(): z.ZodMiniType;
  /** Checks the data of an event; gives what it asks for, or everything that is wrong with it. */
  read(data: unknown): { ask: Ask } | { issues: z.core.$ZodIssue[] };
}

/** Makes an event type of its name, its schema, and what data of that schema asks for. */
export function eventType<Name extends string, Data>(definition: {
  type: Name;
  schema: () => z.ZodMiniType<Data>;
  ask: (data: Data) => Ask;
}): EventType<Name> {
  const { type, ask } = definition;
  let made: z.ZodMiniType<Data> | undefined;
  const schema = (): z.ZodMiniType<Data> => {
    made ??= definition.schema();
    return made;
  };
  return {
    type,
    schema,
    read(data) {
      const parsed = schema().safeParse(data);
      return parsed.success ? { ask: ask(parsed.data) } : { issues: parsed.error.issues };
    },
  };
}
