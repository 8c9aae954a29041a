/** The options of a command, as data: what commander needs to parse them, and the types of what it returns. */
import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { durationMs } from '../lib/runtime/environment.ts';

/** One option. Without `value` it is a flag. */
export interface OptionSpec {
  about: string;
  /** What stands for its value in the help, such as `ADDRESS`. */
  value?: string;
  /** It can be repeated, and its value is a list. */
  list?: true;
  /** The command does not run without it. */
  required?: true;
  /** A flag that is called `--no-NAME`, and true unless it is given. */
  negated?: true;
  /** Reads its value. Throws an InvalidArgumentError that says what the value must be. */
  parse?: (text: string) => unknown;
}

/** Options by their names in camel case: `sessionId` is `--session-id`. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What a command reads from its options. */
export type ValuesOf<O extends OptionSpecs> = { [K in keyof O]: ValueOf<O[K]> };

type ValueOf<O extends OptionSpec> = O extends { list: true }
  ? string[]
  : O extends { parse: (text: string) => infer T }
    ? Wanted<O, T>
    : O extends { value: string }
      ? Wanted<O, string>
      : boolean;

type Wanted<O, T> = O extends { required: true } ? T : T | undefined;

/** Answers the question of a command with yes. */
export const YES = { about: 'do not ask for confirmation' } as const;

/** Prints data for a program. */
export const AS_JSON = { about: 'print JSON' } as const;

/** How several tags combine. */
export const MATCH = {
  value: 'any|all',
  parse: oneOf('any', 'all'),
  about: 'whether any (default) or all of the values must match',
} as const;

/** Returns the option as commander knows it. */
export function optionOf(name: string, spec: OptionSpec): Option {
  const { about, value, list, required, negated = false, parse = String } = spec;
  const option = new Option(`${flagOf(name, negated)}${value === undefined ? '' : ` <${value}>`}`, about);
  if (value === undefined) option.default(negated);
  else if (list) option.argParser<string[] | undefined>((text, before = []) => [...before, text]);
  else option.argParser((text, before) => parse(once(text, before)));
  if (required) option.makeOptionMandatory();
  else if (list) option.default([]);
  return option;
}

/** Returns the option as it is typed: `sessionId` is `--session-id`. */
export function flagOf(name: string, negated = false): string {
  const words = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `${negated ? '--no-' : '--'}${words}`;
}

/** Returns a reader of whole numbers from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,10}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** Returns a reader that accepts one of these words. */
export function oneOf<const T extends string>(...words: readonly T[]): (text: string) => T {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`It must be ${words.join(' or ')}.`);
  };
}

/** Reads an http or https URL. */
export function httpUrl(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new InvalidArgumentError('It must be an http or https URL.');
}

/** Reads an age in milliseconds. */
export function age(text: string): number {
  const ms = durationMs(text);
  if (!Number.isNaN(ms)) return ms;
  throw new InvalidArgumentError('It must be a whole number with a unit, such as 90s, 15m, 2h or 7d.');
}

/** Returns the path of a file relative to where the person stands: npm runs a script in the package's folder. */
export function standingFile(file: string): string {
  return resolve(process.env.INIT_CWD ?? '.', file);
}

/** The last of several values would win in silence. */
function once(text: string, before: unknown): string {
  if (before === undefined) return text;
  throw new InvalidArgumentError('Pass it once.');
}
