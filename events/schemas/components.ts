/**
 * What the descriptions of the hook (OpenAPI) and of the queue (AsyncAPI) share: a schema and examples for each event
 * type.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { eventTypes } from '../registry.ts';
import { generateSchemas } from './generate.ts';

/** An event type as a component of a description. */
export interface EventComponent {
  type: string;
  /** The type as a name of code: `match.ended` is `MatchEnded`. */
  name: string;
  /** JSON Schema of the plain form. */
  schema: object;
  /** Samples of the plain form by their file names. */
  examples: ReadonlyMap<string, unknown>;
}

const SAMPLES = new URL('../samples/', import.meta.url);

/** Every event type, in the order of the registry. */
export function eventComponents(): EventComponent[] {
  const schemas = generateSchemas();
  return [...eventTypes.keys()].map((type) => {
    const { $schema: _dialect, ...schema } = Object(schemas.get(`${type}.json`));
    return { type, name: codeName(type), schema, examples: samplesOf(type.replace('.', '-')) };
  });
}

function codeName(type: string): string {
  return type.replace(/(?:^|\.)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The samples `TYPE.json` and `TYPE.VARIANT.json`. */
function samplesOf(base: string): Map<string, unknown> {
  const files = readdirSync(SAMPLES).filter((file) => file.startsWith(`${base}.`));
  return new Map(
    files.toSorted().map((file) => {
      const value: unknown = JSON.parse(readFileSync(new URL(file, SAMPLES), 'utf8'));
      return [file.replace(/\.json$/, ''), value];
    }),
  );
}
