/**
 * Schemas of events. Each is two things made from one: the JSON Schema that is published, and the check that the parser
 * makes. A few kinds are enough for events, and decoding is what a batch spends most of its CPU on.
 */

/** What is wrong with a value: where (JSON pointer, empty for the value itself), and why. */
export interface Violation {
  pointer: string;
  reason: string;
}

/** The schema of values of one type. */
export interface Schema<T> {
  /** JSON Schema, draft 2020-12. */
  json: object;
  /** Whether the member of an object may be absent or null. */
  isOptional: boolean;
  /** Everything that is wrong with a value; empty for a valid one. */
  check(value: unknown): readonly Violation[];
  accepts(value: unknown): value is T;
}

/** The type of the values that a schema accepts. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

/** The schemas of an object's members by name. */
export type Shape = Readonly<Record<string, Schema<unknown>>>;

type ObjectOf<S extends Shape> = { [Name in keyof S]: Infer<S[Name]> };

const VALID: readonly Violation[] = [];

/** Text; with a pattern, text that matches it. JSON Schema's patterns are those of ECMAScript. */
export function text(pattern?: { is: RegExp; reason: string; format?: string }): Schema<string> {
  const format = pattern?.format;
  const json = { type: 'string', ...(format && { format }), ...(pattern && { pattern: pattern.is.source }) };
  return schema(json, (value) => {
    if (typeof value !== 'string') return wrong(value, 'must be a string');
    return pattern === undefined || pattern.is.test(value) ? VALID : wrong(value, pattern.reason);
  });
}

/** True or false. */
export const flag = schema<boolean>({ type: 'boolean' }, (value) =>
  typeof value === 'boolean' ? VALID : wrong(value, 'must be true or false'),
);

/** A whole number in this range. */
export function integer(min: number, max: number): Schema<number> {
  const reason = `must be a whole number, ${min} to ${max}`;
  return schema({ type: 'integer', minimum: min, maximum: max }, (value) =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max ? VALID : wrong(value, reason),
  );
}

/** One of these words. */
export function word<const Word extends string>(...words: Word[]): Schema<Word> {
  const known = new Set<unknown>(words);
  const reason = `must be ${words.join(' or ')}`;
  return schema({ type: 'string', enum: words }, (value) =>
    known.has(value) ? VALID : wrong(value, reason),
  );
}

/** A list of 1 to `max` items. Its length is checked before its items, so that a huge list costs nothing. */
export function list<T>(item: Schema<T>, max: number): Schema<T[]> {
  return schema({ type: 'array', items: item.json, minItems: 1, maxItems: max }, (value) => {
    if (!Array.isArray(value)) return wrong(value, 'must be a list');
    if (value.length === 0) return wrong(value, 'must not be empty');
    if (value.length > max) return wrong(value, `must have at most ${max.toLocaleString('en')} items`);
    if (value.every(item.accepts)) return VALID;
    return value.flatMap((one, index) => below(index, item.check(one)));
  });
}

/** A member that may be absent, or null, which is the same (CloudEvents JSON format, section 2.2). */
export function optional<T>(member: Schema<T>): Schema<T | null | undefined> {
  const json = { anyOf: [member.json, { type: 'null' }] };
  const own = schema<T | null | undefined>(json, (value) => (isUnset(value) ? VALID : member.check(value)));
  return { ...own, isOptional: true };
}

/** An object with these members. Others are ignored. */
export function object<S extends Shape>(shape: S): Schema<ObjectOf<S>> {
  const members = Object.entries(shape);
  const required = members.filter(([, { isOptional }]) => !isOptional).map(([name]) => name);
  const properties = Object.fromEntries(members.map(([name, { json }]) => [name, json]));
  const json = { type: 'object', properties, ...(required.length > 0 && { required }) };
  return schema(json, (value) => {
    if (!isObject(value)) return wrong(value, 'must be an object');
    if (members.every(([name, member]) => member.accepts(value[name]))) return VALID;
    return members.flatMap(([name, member]) => below(name, member.check(value[name])));
  });
}

/** An object in which exactly one of these optional members is set: of all members, or of those that are named. */
export function exactlyOneOf<S extends Shape>(
  shape: S,
  names: readonly (keyof S & string)[] = Object.keys(shape),
): Schema<ObjectOf<S>> {
  const members = object(shape);
  const reason = `must have exactly one of ${names.join(', ')}`;
  return schema({ ...members.json, oneOf: names.map(isSet) }, (value) => {
    if (!members.accepts(value)) return members.check(value);
    return names.filter((name) => !isUnset(value[name])).length === 1 ? VALID : wrong(value, reason);
  });
}

/** An object in which one member may be true only where another one is set. */
export function trueNeeds<T extends object>(
  whole: Schema<T>,
  name: keyof T & string,
  other: keyof T & string,
): Schema<T> {
  const isTrue = { required: [name], properties: { [name]: { const: true } } };
  const reason = `needs ${other}`;
  return schema<T>({ ...whole.json, anyOf: [{ not: isTrue }, isSet(other)] }, (value) => {
    if (!whole.accepts(value)) return whole.check(value);
    return value[name] === true && isUnset(value[other]) ? [{ pointer: `/${name}`, reason }] : VALID;
  });
}

function isSet(name: string) {
  return { required: [name], properties: { [name]: { not: { type: 'null' } } } };
}

/** Whether a value counts as absent. */
export function isUnset(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function schema<T>(json: object, check: (value: unknown) => readonly Violation[]): Schema<T> {
  const accepts = (value: unknown): value is T => check(value).length === 0;
  return { json, isOptional: false, check, accepts };
}

function wrong(value: unknown, reason: string): readonly Violation[] {
  return [{ pointer: '', reason: isUnset(value) ? `is missing; it ${reason}` : reason }];
}

function below(step: string | number, violations: readonly Violation[]): Violation[] {
  return violations.map(({ pointer, reason }) => ({ pointer: `/${step}${pointer}`, reason }));
}
