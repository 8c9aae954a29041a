/**
 * The environment's variables: how one is read and checked. Every function's own variables stand in its folder.
 * A wrong value names the variable, what it has, and what is expected.
 */
import * as z from 'zod/mini';

/** Configuration that the functions cannot work with. The message lists every wrong variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
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

/** One variable: how it is read, and what it may hold, in words. */
export interface Variable<T> {
  name: string;
  schema: z.ZodMiniType<T>;
  expected: string;
  fallback?: T;
  secret?: true;
  /** Set to nothing it is wrong, not missing. */
  emptyIsWrong?: true;
}

/**
 * Reads what Lambda sets for every function. Endpoints follow `AWS_ENDPOINT_URL_SSM`, `AWS_ENDPOINT_URL_SECRETS_MANAGER`,
 * `AWS_ENDPOINT_URL_DYNAMODB` and `AWS_ENDPOINT_URL`, as the AWS SDKs do (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html).
 * @throws ConfigError naming every variable that is missing.
 */
export function readAwsConfig(env: Environment = process.env): AwsConfig {
  const read = reader(env);
  const text = (name: string) =>
    read({ name, schema: z.string(), expected: 'what Lambda sets', secret: true });
  const config = read.finish({
    region: text('AWS_REGION'),
    accessKeyId: text('AWS_ACCESS_KEY_ID'),
    secretAccessKey: text('AWS_SECRET_ACCESS_KEY'),
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
  const sessionToken = env.AWS_SESSION_TOKEN;
  return { ...config, endpoints, ...(sessionToken && { sessionToken }) };
}

/**
 * Collects problems while variables are read, so that one error names them all.
 * An empty variable counts as missing: that is what an unset parameter of a deployment becomes.
 */
export function reader(env: Environment) {
  const problems: string[] = [];
  function read<T>({ name, schema, expected, fallback, secret, emptyIsWrong }: Variable<T>): T | undefined {
    const raw = env[name]?.trim() ?? '';
    if (raw === '' && !(emptyIsWrong && env[name] !== undefined)) {
      if (fallback === undefined) problems.push(`${name} is not set. Set it to ${expected}.`);
      return fallback;
    }
    const parsed = schema.safeParse(raw);
    if (parsed.success) return parsed.data;
    const shown = secret ? 'has a value that cannot be one' : `is ${JSON.stringify(raw.slice(0, 100))}`;
    problems.push(`${name} ${shown}. It may be ${expected}.`);
    return undefined;
  }
  /** The values, once none of them is wrong. */
  read.finish = <T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } => {
    if (problems.length > 0) throw new ConfigError(problems.join(' '));
    if (isComplete(values)) return values;
    throw new ConfigError('a variable was read without a value');
  };
  return read;
}

function isComplete<T extends object>(values: T): values is { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.values(values).every((value) => value !== undefined);
}

/** A variable that holds a queue's URL. */
export function queueUrl(name: string): Variable<string> {
  return { name, schema: httpUrl(), expected: "the queue's URL, which the deployment sets" };
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

/** A number of that range and form. */
export function number(min: number, max: number, form = /^\d+(\.\d+)?$/) {
  const isOne = (text: string): boolean => form.test(text) && Number(text) >= min && Number(text) <= max;
  return z.pipe(z.string().check(z.refine(isOne)), z.transform(Number));
}

/** An absolute HTTP URL without query, fragment or credentials. Trailing slashes are cut. */
export function httpUrl() {
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
  return z.pipe(
    z.string().check(z.refine(isBase)),
    z.transform((text: string) => text.replace(/\/+$/, '')),
  );
}
