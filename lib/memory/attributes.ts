/** Items of DynamoDB and plain objects. */
import * as v from 'valibot';
import { readAs } from '../runtime/schema.ts';

/** What an attribute of ours holds. */
export type Scalar = string | number | boolean;

/** An item. */
export type Item = Readonly<Record<string, Scalar>>;

/** An attribute as DynamoDB writes it: the type, and the value. Numbers are text. */
export type Attribute = { S: string } | { N: string } | { BOOL: boolean };

const finite = v.pipe(
  v.string(),
  v.check((text) => text !== '' && Number.isFinite(Number(text))),
);
const attribute = v.union([
  v.pipe(
    v.object({ S: v.string() }),
    v.transform(({ S }): Scalar => S),
  ),
  v.pipe(
    v.object({ N: finite }),
    v.transform(({ N }): Scalar => Number(N)),
  ),
  v.pipe(
    v.object({ BOOL: v.boolean() }),
    v.transform(({ BOOL }): Scalar => BOOL),
  ),
]);

/** Reads an item. Attributes of other types are left out: they are not ours. */
export const itemSchema = v.pipe(
  v.record(v.string(), v.unknown()),
  v.transform((attributes): Item => {
    const read = Object.entries(attributes).map(([name, value]) => [name, readAs(attribute, value)]);
    return Object.fromEntries(read.filter(([, value]) => value !== undefined));
  }),
);

/** Writes an item, or any values by name. */
export function attributesOf(values: Item): Record<string, Attribute> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, attributeOf(value)]));
}

function attributeOf(value: Scalar): Attribute {
  if (typeof value === 'string') return { S: value };
  return typeof value === 'number' ? { N: String(value) } : { BOOL: value };
}
