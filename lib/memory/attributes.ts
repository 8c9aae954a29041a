/** Items of DynamoDB and plain objects. */
import * as z from 'zod/mini';

/** What an attribute of ours holds. */
export type Scalar = string | number | boolean;

/** An item. */
export type Item = Readonly<Record<string, Scalar>>;

/** An attribute as DynamoDB writes it: the type, and the value. Numbers are text. */
export type Attribute = { S: string } | { N: string } | { BOOL: boolean };

const finite = z.string().check(z.refine((text) => text !== '' && Number.isFinite(Number(text))));
const attribute = z.union([
  z.pipe(
    z.object({ S: z.string() }),
    z.transform(({ S }: { S: string }): Scalar => S),
  ),
  z.pipe(
    z.object({ N: finite }),
    z.transform(({ N }: { N: string }): Scalar => Number(N)),
  ),
  z.pipe(
    z.object({ BOOL: z.boolean() }),
    z.transform(({ BOOL }: { BOOL: boolean }): Scalar => BOOL),
  ),
]);

/** Reads an item. Attributes of other types are left out: they are not ours. */
export const itemSchema = z.pipe(
  z.record(z.string(), z.unknown()),
  z.transform((attributes: Record<string, unknown>): Item => {
    const read = Object.entries(attributes).map(([name, value]) => [name, attribute.safeParse(value).data]);
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
