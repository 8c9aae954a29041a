/**
 * The environment's variables: how one is read and checked. Each function's own variables are read in its
 * folder. The message about a wrong value names the variable, its value, and what is expected; it shows no
 * secret.
 */
import * as v from 'valibot';
import { mask, registerSecret } from './mask.ts';
import type { Schema } from './schema.ts';

/** Configuration that the functions cannot work with. The message is its problems, one sentence or two each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** One text for each wrong variable. It begins with the variable's name and shows no secret. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const masked = problems.map(mask);
    super(masked.join(' '));
    this.problems = masked;
  }
}

/** What signs a request to AWS, and where it goes. */
export interface AwsConfig {
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** Endpoints by service. */
  endpoints: { ssm: string; secretsmanager: string; dynamodb: string };
}

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One variable. */
export interface Variable<T> {
  name: string;
  /** Reads the text, without the space around it. */
  schema: Schema<T>;
  /** What it may hold, in words. */
  expected: string;
  /** The value of a variable that is not set. Without it the variable is required. */
  fallback?: T;
  /** The value is masked in every text from now on. */
  secret?: true;
  /**
   * A wrong value is shown only where it matches: anything else may be a secret that belongs to another
   * variable.
   */
  shown?: RegExp;
  /** A variable that is set to nothing has a wrong value; without this it counts as not set. */
  emptyIsWrong?: true;
}

/** What a person may have meant as a URL: a host name, perhaps with a scheme and a port. */
const URL_LIKE = /^([a-z]+:\/*)?([a-z\d-]+\.)+[a-z]{2,24}(:\d+)?\/?$/i;
const LONGEST_SHOWN = 100;

/**
 * Reads what Lambda sets for every function. Endpoints follow `AWS_ENDPOINT_URL_SSM`,
 * `AWS_ENDPOINT_URL_SECRETS_MANAGER`, `AWS_ENDPOINT_URL_DYNAMODB` and `AWS_ENDPOINT_URL`, as the AWS SDKs do
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html).
 * @throws ConfigError naming every variable that is missing.
 */
export function readAwsConfig(env: Environment = process.env): AwsConfig {
  const read = reader(env);
  const text = (name: string) => ({ name, schema: v.string(), expected: 'what Lambda sets' });
  const { sessionToken, ...config } = read.finish({
    region: read(text('AWS_REGION')),
    accessKeyId: read(text('AWS_ACCESS_KEY_ID')),
    secretAccessKey: read({ ...text('AWS_SECRET_ACCESS_KEY'), secret: true }),
    sessionToken: read({ ...text('AWS_SESSION_TOKEN'), secret: true, fallback: '' }),
  });
  const suffix = config.region.startsWith('cn-') ? '.cn' : '';
  const endpoint = (service: string, variable: string): string =>
    env[`AWS_ENDPOINT_URL_${variable}`] ||
    env.AWS_ENDPOINT_URL ||
    `https://${service}.${config.region}.amazonaws.com${suffix}`;
  const endpoints = {
    ssm: endpoint('ssm', 'SSM'),
    secretsmanager: endpoint('secretsmanager', 'SECRETS_MANAGER'),
    dynamodb: endpoint('dynamodb', 'DYNAMODB'),
  };
  return { ...config, endpoints, ...(sessionToken && { sessionToken }) };
}

/**
 * Collects problems while variables are read, so that one error names them all.
 * An empty variable counts as missing: that is what an unset parameter of a deployment becomes.
 */
export function reader(env: Environment) {
  const problems: string[] = [];
  function read<T>(variable: Variable<T>): T | undefined {
    const { name, schema, expected, fallback } = variable;
    const raw = env[name]?.trim() ?? '';
    if (raw === '' && !(variable.emptyIsWrong && env[name] !== undefined)) {
      if (fallback === undefined) problems.push(`${name} is not set. Set it to ${expected}.`);
      return fallback;
    }
    if (variable.secret) registerSecret(raw);
    const parsed = v.safeParse(schema, raw);
    if (parsed.success) return parsed.output;
    problems.push(`${name} ${wrong(raw, variable)}. Expected ${expected}.`);
    return undefined;
  }
  /**
   * The values, once none of them is wrong. By now every secret is known: none is shown under another name.
   */
  read.finish = <T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } => {
    if (problems.length > 0) throw new ConfigError(problems);
    if (isComplete(values)) return values;
    throw new ConfigError(['A variable was read without a value.']);
  };
  return read;
}

function wrong(raw: string, { secret, shown = /./ }: Pick<Variable<unknown>, 'secret' | 'shown'>): string {
  if (secret || (raw !== '' && !shown.test(raw))) return 'has an invalid value';
  return `has the invalid value ${JSON.stringify(mask(raw).slice(0, LONGEST_SHOWN))}`;
}

function isComplete<T extends object>(values: T): values is { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.values(values).every((value) => value !== undefined);
}

/**
 * A variable that holds an absolute HTTP URL without query, fragment or credentials; trailing slashes are
 * cut. A wrong value is shown only where it looks like a URL: where two variables were swapped, it is a
 * secret.
 */
export function urlVariable(name: string, expected: string): Variable<string> {
  return { name, schema: httpUrl(), expected, shown: URL_LIKE };
}

/** A variable that holds a queue's URL. */
export function queueUrl(name: string): Variable<string> {
  return urlVariable(name, "the queue's URL, which the deployment sets");
}

/** A variable that holds a whole number. */
export function integer(
  name: string,
  min: number,
  max: number,
  fallback: number,
  unit: string,
): Variable<number> {
  const expected = `a whole number of ${unit}, ${min} to ${max}`;
  return { name, schema: number(min, max, /^\d+$/), expected, fallback };
}

/** A number in this range, written in this form. */
export function number(min: number, max: number, form = /^\d+(\.\d+)?$/) {
  const isOne = (text: string): boolean => form.test(text) && Number(text) >= min && Number(text) <= max;
  return v.pipe(v.string(), v.check(isOne), v.transform(Number));
}

function httpUrl() {
  const isBase = (text: string): boolean => {
    const url = URL.parse(text);
    return (
      url !== null &&
      /^https?:$/.test(url.protocol) &&
      url.search === '' &&
      url.hash === '' &&
      url.username === ''
    );
  };
  return v.pipe(
    v.string(),
    v.check(isBase),
    v.transform((text) => text.replace(/\/+$/, '')),
  );
}

/** Milliseconds of a unit. */
const UNITS = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Milliseconds of a time such as `0s`, `90s`, `15m`, `2h` or `1d`; NaN for anything else. */
export function durationMs(text: string): number {
  if (!/^\d{1,6}[smhd]$/.test(text)) return Number.NaN;
  return Number.parseInt(text, 10) * (UNITS.get(text.slice(-1)) ?? Number.NaN);
}
