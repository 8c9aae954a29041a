/**
 * Generates the JSON Schemas (draft 2020-12) of all event types, for backends in other languages. They describe the
 * plain form of an event, `{ type, data, id?, time?, source? }`.
 */
import { attributes } from '../fields.ts';
import { eventTypes } from '../registry.ts';
import { object, word } from '../schema.ts';

/** File name → JSON Schema. */
export function generateSchemas(): Map<string, object> {
  const $schema = 'https://json-schema.org/draft/2020-12/schema';
  const schemas = [...eventTypes.values()].map(({ type, data }): [string, object] => [
    `${type}.json`,
    { title: type, $schema, ...object({ type: word(type), data, ...attributes }).json },
  ]);
  return new Map(schemas);
}
