/** Generates the JSON Schemas (draft 2020-12) of all event types, for backends in other languages. */
import { writeFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { eventTypes } from '../index.ts';

/** File name → JSON Schema of the plain event. `format` and lengths are those of the checks themselves. */
export function generateSchemas(): Map<string, object> {
  const schemas = Object.values(eventTypes).map((definition): [string, object] => {
    const event = z.object({
      type: z.literal(definition.type),
      data: definition.schema(),
      id: z.optional(z.string()),
      time: z.optional(z.iso.datetime({ offset: true })),
      source: z.optional(z.string()),
    });
    return [
      `${definition.type}.json`,
      { title: definition.type, ...z.toJSONSchema(event, { io: 'input', override }) },
    ];
  });
  return new Map(schemas);
}

/** Adds what a refinement means and zod cannot say: exactly one of the optional members. */
function override({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void {
  const { type, properties, required } = jsonSchema;
  if (type !== 'object' || typeof properties !== 'object' || properties === null) return;
  const names = Object.keys(properties);
  if (required === undefined && names.length > 1)
    jsonSchema.oneOf = names.map((name) => ({ required: [name] }));
}

if (import.meta.main) {
  for (const [name, schema] of generateSchemas()) {
    await writeFile(new URL(name, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
  }
}
