/**
 * Options of the command line become an event. The options of the data follow from the schemas of the event types, so
 * that a new type needs no code here. Pure but for an event's id and time.
 */
import { randomUUID } from 'node:crypto';
import { parseJson } from '../events/envelope.ts';
import { eventTypes } from '../events/registry.ts';
import { isObject } from '../events/schema.ts';
import { UsageError } from './errors.ts';
import type { OptionSpec, OptionSpecs } from './options.ts';
import { flagOf, oneOf } from './options.ts';

/** A member of an event's data, and the option that sets it. */
interface Member {
  name: string;
  option: string;
  kind: 'text' | 'list' | 'flag';
  /** The words that it may be; undefined: any text. */
  words: string[] | undefined;
}

/** The values of options by their names in camel case. */
type Values = Readonly<Record<string, unknown>>;

/** Options that are not called as their member. Those of `x_id` and `x_ids` are one option, `--x-id`. */
const OPTION_NAMES: Readonly<Record<string, string>> = { ip_list: 'ip', deployment_tags: 'tag' };

const HELP: Readonly<Record<string, Pick<OptionSpec, 'value' | 'about'>>> = {
  sessionId: { value: 'ID', about: 'a session; repeat it for more' },
  deploymentRequestId: { value: 'ID', about: 'a deployment; repeat it for more' },
  ip: { value: 'ADDRESS', about: 'a user; repeat it for more' },
  tag: { value: 'NAME', about: 'a tag of deployments; repeat it for more' },
  match: { about: 'whether a deployment needs any (default) or all of the tags' },
};

const membersByType: ReadonlyMap<string, readonly Member[]> = new Map(
  [...eventTypes].map(([type, { data }]) => [type, membersOf(data.json)]),
);
const allMembers = [...membersByType.values()].flat();

/** The options of the data of every event type. */
export const DATA_OPTIONS: OptionSpecs = Object.fromEntries(
  allMembers.map((member) => [member.option, specOf(member)]),
);

/** The options of an event beside those of its data. */
export const EVENT_OPTIONS = {
  data: { value: 'JSON', about: 'the data of an event of any type, in place of options' },
  time: { value: 'TIME', about: 'when it happened (RFC 3339); now by default' },
} as const;

/**
 * Returns an event of this type with the data that the options name. The contract decides whether it is valid.
 * @throws UsageError without any data, and for an option that the type does not use.
 */
export function eventFromOptions(type: string, options: Values): object {
  const { data, time = new Date().toISOString() } = options;
  const given = Object.keys(DATA_OPTIONS).filter((option) => isGiven(options[option]));
  if (typeof data === 'string') {
    refuse(given, 'with --data');
    return event(type, time, jsonOf(data));
  }
  const members = membersByType.get(type) ?? allMembers;
  refuse(
    given.filter((option) => !members.some((member) => member.option === option)),
    `with ${type}`,
  );
  if (given.length === 0 && !membersByType.has(type))
    throw new UsageError(`${type} is neither an event type nor a file of events (.json, .ndjson or .jsonl).`);
  if (given.length === 0) throw new UsageError(`${type} needs data: pass ${flagsOf(members)} or --data.`);
  return event(
    type,
    time,
    Object.fromEntries(given.map((option) => entryOf(type, members, option, options[option]))),
  );
}

/** A line of the help for each event type: its options. */
export function typeLines(): string[] {
  return [...membersByType].map(([type, members]) => `  ${type.padEnd(20)} ${flagsOf(members)}`);
}

/** Whether an option stands on the command line. */
export function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}

/** Refuses options that would be ignored. @throws UsageError where there are any. */
export function refuse(options: readonly string[], where: string): void {
  if (options.length > 0)
    throw new UsageError(`${options.map((name) => flagOf(name)).join(' and ')} cannot be used ${where}.`);
}

function event(type: string, time: unknown, data: unknown): object {
  return { type, id: randomUUID(), time, source: 'emit', data };
}

function jsonOf(text: string): unknown {
  const json = parseJson(text);
  if (!json.ok) throw new UsageError(`--data ${json.reason}.`);
  return json.value;
}

/** The member that an option sets: with one value preferably that of a single one, with more that of a list. */
function entryOf(
  type: string,
  members: readonly Member[],
  option: string,
  value: unknown,
): [string, unknown] {
  const own = members.filter((member) => member.option === option);
  if (!Array.isArray(value)) return [own[0]?.name ?? option, value];
  const single = own.find(({ kind }) => kind === 'text');
  if (single !== undefined && value.length === 1) return [single.name, value[0]];
  const list = own.find(({ kind }) => kind === 'list');
  if (list === undefined) throw new UsageError(`Pass ${flagOf(option)} once: ${type} takes one.`);
  return [list.name, value];
}

function flagsOf(members: readonly Member[]): string {
  return [...new Set(members.map(({ option }) => flagOf(option)))].join(', ');
}

function specOf({ option, name, kind, words }: Member): OptionSpec {
  const { value = 'VALUE', about = `the member ${name} of the data` } = HELP[option] ?? {};
  if (kind === 'flag') return { about };
  if (words !== undefined) return { value: words.join('|'), about, parse: oneOf(...words) };
  return { value, about, list: true };
}

function membersOf(json: object): Member[] {
  const properties = 'properties' in json && isObject(json.properties) ? json.properties : {};
  return Object.entries(properties).map(([name, member]) => ({
    name,
    option: OPTION_NAMES[name] ?? camelCase(name.replace(/_ids$/, '_id')),
    ...kindOf(member),
  }));
}

/** What the JSON Schema of a member allows, beside null. */
function kindOf(member: unknown): Pick<Member, 'kind' | 'words'> {
  const { anyOf, ...json } = isObject(member) ? member : {};
  const [{ type, enum: words }] = Array.isArray(anyOf) ? anyOf : [json];
  if (type === 'boolean') return { kind: 'flag', words: undefined };
  return {
    kind: type === 'array' ? 'list' : 'text',
    words: Array.isArray(words) ? words.map(String) : undefined,
  };
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
