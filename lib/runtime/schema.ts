/**
 * Data from outside, read by a schema. valibot is made of single functions: a bundle holds only those that are used.
 */
import { type BaseIssue, check, type GenericSchema, pipe, safeParse, unknown } from 'valibot';

/** A schema whose output is a `T`, whatever comes in. */
export type Schema<T> = GenericSchema<unknown, T>;

/** The start of a pipe whose next schema has only optional members: valibot takes a list for an object. */
export const notList = pipe(
  unknown(),
  check((value) => !Array.isArray(value)),
);

/** What the schema reads in the value; undefined where the value does not fit. */
export function readAs<T>(schema: Schema<T>, value: unknown): T | undefined {
  const result = safeParse(schema, value);
  return result.success ? result.output : undefined;
}

/** Where a value does not fit, as a JSON pointer. @param issues of the failed parse. */
export function pointerOf([issue]: readonly [BaseIssue<unknown>, ...BaseIssue<unknown>[]]): string {
  return `/${issue.path?.map(({ key }) => String(key)).join('/') ?? ''}`;
}
