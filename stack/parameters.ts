/**
 * The check of a deployment's parameters, before anything is packaged: names and values. What a function reads
 * from a parameter is checked by the function's own reader. Pure.
 */
import * as v from 'valibot';
import { readApiConfig } from '../lib/edgegap/config.ts';
import { readHookConfig } from '../lib/hook/config.ts';
import { readMemoryConfig } from '../lib/memory/config.ts';
import { ConfigError, type Environment, number, reader, type Variable } from '../lib/runtime/environment.ts';
import { readBatchConfig, readQueueConfig } from '../lib/session-events/config.ts';
import { readDeploymentSweepConfig, readSweepConfig } from '../lib/sweep/config.ts';
import rates from './api-rates.cjs';
import { nearest } from './nearest.ts';

/** Parameters by name. */
export type Parameters = Readonly<Record<string, string>>;

/** The environments of the functions as serverless.yml has them, by function and variable. */
export type Environments = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The readers that each function calls when it starts. */
const READERS: Readonly<Record<string, readonly ((env: Environment) => unknown)[]>> = {
  'session-events': [readApiConfig, readQueueConfig, readBatchConfig, readMemoryConfig],
  'stale-sessions': [readApiConfig, readSweepConfig, readDeploymentSweepConfig, readMemoryConfig],
  hook: [readHookConfig],
};

/** What stands for the names that CloudFormation fills in. */
const FILLED_IN = {
  EVENTS_QUEUE_URL: 'https://queue.invalid/events',
  DEAD_LETTER_QUEUE_URL: 'https://queue.invalid/dead-letters',
  MEMORY_TABLE: 'memory',
};

/** The secrets: the name below session-hooks/STAGE/ that the function's role may read. */
const SECRETS = {
  apiKey: 'api-key',
  hookSecret: 'hook-secret',
  edgegapToken: 'edgegap-token',
  photonSecret: 'photon-secret',
};

/** The least that the client of the API can keep to, in requests a second. */
const LEAST_RATE = 0.1;
/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS =
  '1 3 5 7 14 30 60 90 120 150 180 365 400 545 731 1096 1827 2192 2557 2922 3288 3653'.split(' ');

/**
 * One text for each name that is not a parameter, with the parameter that it resembles.
 * @param source where the names stand, for the text.
 */
export function unknownNames(names: readonly string[], known: readonly string[], source: string): string[] {
  return names
    .filter((name) => !known.includes(name))
    .map((name) => {
      const likely = nearest(name, known);
      const hint = likely ? `Did you mean ${likely}?` : 'docs/configuration.md lists all of them.';
      return `${name} (in ${source}) is not a parameter. ${hint}`;
    });
}

/**
 * One text for each value that the deployment or a function would not work with. It names the parameter, and
 * shows no secret.
 * @param values all parameters, those with their default, too.
 */
export function wrongValues(values: Parameters, stage: string, environments: Environments): string[] {
  const own = problemsOf(() => readOwn(values));
  const written = Object.entries(SECRETS).flatMap(([name, secret]) =>
    isReadable(values[name] ?? '', secret, stage) ? [] : [instead(name, values[name] ?? '', secret, stage)],
  );
  const found = [...own, ...written, ...wrongShares(values), ...wrongVariables(values, environments)];
  // One text for each parameter: the first says what matters.
  return [...Map.groupBy(found, firstWord).values()].flatMap(([first]) => first ?? []);
}

function firstWord(text: string): string {
  return text.split(' ', 1).join();
}

/** What CloudFormation, SQS, API Gateway and the framework need: what no function reads. */
function readOwn(values: Parameters): void {
  const read = reader(values);
  for (const variable of OWN) read(variable);
  read.finish({});
}

const OWN: readonly Variable<unknown>[] = [
  {
    name: 'apiRate',
    schema: number(0.5, 1000),
    expected: 'a number of requests a second, 0.5 to 1000',
  },
  whole('maximumConcurrency', 2, 1000, 'invocations at once'),
  whole('batchSize', 1, 10_000, 'records'),
  whole('hookRate', 1, 10_000, 'requests a second'),
  whole('hookBurst', 1, 5000, 'requests at once'),
  whole('oldestMessageSeconds', 60, 1_209_600, 'seconds'),
  oneOf('logRetentionDays', RETENTION_DAYS),
  oneOf('tracing', ['PassThrough', 'Active']),
  oneOf('sweepReserved', ['yes', 'no']),
  oneOf('terminationProtection', ['yes', 'no']),
  text('alarmEmail', /^[^\s@]+@[^\s@]+$/, 'a mail address'),
  text(
    'eventBus',
    /^(arn:aws[\w-]*:events:[\w-]+:\d{12}:event-bus\/)?[\w./-]{1,256}$/,
    "a bus's name or ARN",
  ),
  text('topicArn', /^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w.-]{1,256}$/, 'the ARN of an SNS topic'),
  text('tags', /^[\w ./+:@-]{1,128}=[^,]{0,256}(,[\w ./+:@-]{1,128}=[^,]{0,256})*$/, 'name=value,name=value'),
  text('permissionsBoundary', /^arn:aws[\w-]*:iam::(\d{12}|aws):policy\/\S+$/, 'the ARN of an IAM policy'),
  text('rolePath', /^\/(\S+\/)?$/, 'a path that begins and ends with /'),
  text('kmsKeyArn', /^arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/[\w-]+$/, 'the ARN of a KMS key, not of an alias'),
  text('runbookUrl', /^\S+$/, 'the address of docs/runbook.md in your repository'),
];

function whole(name: string, min: number, max: number, unit: string): Variable<unknown> {
  const expected = `a whole number of ${unit}, ${min} to ${max}`;
  return { name, schema: number(min, max, /^\d+$/), expected };
}

function oneOf(name: string, words: readonly string[]): Variable<unknown> {
  return { name, schema: v.picklist(words), expected: words.join(' or ') };
}

function text(name: string, form: RegExp, expected: string): Variable<unknown> {
  return { name, schema: v.pipe(v.string(), v.regex(form)), expected, fallback: '' };
}

/** Whether a text is empty, or consists of references that the function's role may read. */
function isReadable(value: string, secret: string, stage: string): boolean {
  const stores = '(ssm:/|secretsmanager:(arn:aws[\\w-]*:secretsmanager:[\\w-]+:\\d{12}:secret:)?)';
  const reference = new RegExp(`^${stores}session-hooks/${stage}/${secret}[\\w./-]*$`);
  return value === '' || value.split(',').every((part) => reference.test(part.trim()));
}

function instead(name: string, value: string, secret: string, stage: string): string {
  const path = `/session-hooks/${stage}/${secret}`;
  const references = /^(ssm|secretsmanager):[\w./:-]+$/;
  if (references.test(value))
    return `${name} refers to ${value}, which the function may not read. Store it under a name that begins with ${path}.`;
  return [
    `${name} holds a secret itself: everyone who may read the stack could read it.`,
    `Store it with: aws ssm put-parameter --type SecureString --name ${path} --value '…'.`,
    `Then pass ${name}=ssm:${path}.`,
  ].join(' ');
}

/** The API's rate may not be enough for all that may run at once. */
function wrongShares({ apiRate = '', maximumConcurrency = '' }: Parameters): string[] {
  const { sessionEvents } = rates.shares({ apiRate, maximumConcurrency });
  // Not a number: the parameter itself is refused.
  if (Number.isNaN(sessionEvents) || sessionEvents >= LEAST_RATE) return [];
  const most = Math.floor((Number(apiRate) * 0.8) / LEAST_RATE);
  return [
    `maximumConcurrency ${maximumConcurrency} divides apiRate ${apiRate} into ${sessionEvents} requests a second for each invocation. Expected at least ${LEAST_RATE}: a maximumConcurrency of at most ${most}, or a higher apiRate.`,
  ];
}

/** What the readers of the functions say, about the parameter instead of the variable. */
function wrongVariables(values: Parameters, environments: Environments): string[] {
  return Object.entries(environments).flatMap(([name, environment]) => {
    const env = Object.fromEntries(
      Object.entries(environment).flatMap(([variable, raw]) => {
        const parameter = parameterOf(raw);
        return parameter === undefined ? [] : [[variable, values[parameter]]];
      }),
    );
    return (READERS[name] ?? [])
      .flatMap((read) => problemsOf(() => read({ ...FILLED_IN, ...env })))
      .map((problem) => inParameters(problem, environment));
  });
}

/** The parameter of `${param:NAME}`. */
function parameterOf(raw: unknown): string | undefined {
  return /^\$\{param:(\w+)\}$/.exec(String(raw))?.[1];
}

function inParameters(problem: string, environment: Environments[string]): string {
  const variable = firstWord(problem);
  return problem.replace(variable, parameterOf(environment[variable]) ?? variable);
}

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
