/**
 * Ports, addresses and names of the local stage, shared by the stage and the tools that use it. Imports nothing, so
 * that both may import it.
 */

/** The account id of the embedded SQS. Every local queue URL contains it. */
export const LOCAL_ACCOUNT_ID = '000000000000';

/** The region of the embedded SQS. */
export const LOCAL_REGION = 'us-east-1';

/** The queues of the local stage, named SERVICE-STAGE-NAME as in serverless.yml. */
export const LOCAL_QUEUE_NAMES = {
  events: 'session-hooks-local-events',
  deadLetters: 'session-hooks-local-dead-letters',
} as const;

/** The memory's table of the local stage, named SERVICE-STAGE-memory as in stack/table.cjs. */
export const LOCAL_TABLE_NAME = 'session-hooks-local-memory';

/** The API key that the sandbox accepts. */
export const SANDBOX_API_KEY = 'sandbox-key';

/** The signing secret of the local hook. It is public and protects nothing. */
export const LOCAL_HOOK_SECRET = 'whsec_c2Vzc2lvbi1ob29rcyBsb2NhbCBzdGFnZSBzZWNyZXQ=';

/** The token in the paths of the platform's webhooks on the local stage. It is public and protects nothing. */
export const LOCAL_EDGEGAP_TOKEN = 'local-edgegap-token';

/** Credentials for the embedded SQS. It does not check them, but the AWS SDK does not send a request without any. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

/**
 * Variables of the sweep that differ from the defaults: it stops sessions and deployments, and the sandbox starts with old
 * and with protected ones.
 */
export const LOCAL_SWEEP = {
  SWEEP_MODE: 'stop',
  SWEEP_MAX_AGE: '24h',
  SWEEP_PROTECT: 'session:lobby*, app:arena-lobby',
  SWEEP_DEPLOYMENTS: 'stop',
  SWEEP_DEPLOYMENT_EMPTY_AFTER: '1m',
  SWEEP_DEPLOYMENT_MAX_AGE: '30h',
  SWEEP_PRICE_PER_HOUR: '0.12',
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The ports of the local stage: the variable of each, its default, and what listens there. After `LOCAL_PORT_BASE` they
 * follow each other in this order.
 */
export const LOCAL_PORTS = [
  { key: 'sqsPort', variable: 'LOCAL_SQS_PORT', standard: 4566, what: 'the embedded SQS' },
  { key: 'sandboxPort', variable: 'LOCAL_SANDBOX_PORT', standard: 4010, what: 'the sandbox API' },
  { key: 'hookPort', variable: 'LOCAL_HOOK_PORT', standard: 4020, what: 'the hook' },
  { key: 'dynamoDbPort', variable: 'LOCAL_DYNAMODB_PORT', standard: 4567, what: 'the embedded DynamoDB' },
  { key: 'lambdaPort', variable: 'LOCAL_LAMBDA_PORT', standard: 3002, what: 'the functions' },
  { key: 'consolePort', variable: 'LOCAL_CONSOLE_PORT', standard: 4030, what: 'the console' },
] as const;

type LocalPort = (typeof LOCAL_PORTS)[number];
type Ports = Record<LocalPort['key'], number>;

/** Ports and addresses of a local stage, all on 127.0.0.1, and its schedule. */
export interface LocalStage extends Ports {
  /** Seconds from one sweep to the next. */
  sweepSeconds: number;
  sqsUrl: string;
  sandboxUrl: string;
  hookUrl: string;
  dynamoDbUrl: string;
  eventsQueueUrl: string;
  deadLetterQueueUrl: string;
}

/**
 * Returns the local stage that the environment describes: each port from its variable in `LOCAL_PORTS`, else from its
 * place after `LOCAL_PORT_BASE`, else its default; and `LOCAL_SWEEP_SECONDS` (120).
 * @throws RangeError for a value that is not a TCP port, or a schedule of more than a day.
 */
export function localStage(env: Environment): LocalStage {
  const ports = portsOf(env);
  const sqsUrl = `http://127.0.0.1:${ports.sqsPort}`;
  return {
    ...ports,
    sweepSeconds: wholeNumber(env, 'LOCAL_SWEEP_SECONDS', 120, 86_400, 'a number of seconds'),
    sqsUrl,
    sandboxUrl: `http://127.0.0.1:${ports.sandboxPort}`,
    hookUrl: `http://127.0.0.1:${ports.hookPort}/hooks`,
    dynamoDbUrl: `http://127.0.0.1:${ports.dynamoDbPort}`,
    eventsQueueUrl: `${sqsUrl}/${LOCAL_ACCOUNT_ID}/${LOCAL_QUEUE_NAMES.events}`,
    deadLetterQueueUrl: `${sqsUrl}/${LOCAL_ACCOUNT_ID}/${LOCAL_QUEUE_NAMES.deadLetters}`,
  };
}

/**
 * Returns what stands before a command so that it finds the stage of this environment: `LOCAL_PORT_BASE=14000 `, or
 * nothing where all ports have their defaults.
 */
export function portSettings(env: Environment): string {
  const names = ['LOCAL_PORT_BASE', ...LOCAL_PORTS.map(({ variable }) => variable)];
  return names.flatMap((name) => (env[name] ? [`${name}=${env[name]} `] : [])).join('');
}

function portsOf(env: Environment): Ports {
  const [sqs, sandbox, hook, dynamoDb, lambda, console] = LOCAL_PORTS;
  const base = wholeNumber(env, 'LOCAL_PORT_BASE', 0, 65_000, 'a port number');
  const port = (of: LocalPort): number => {
    const fallback = base === 0 ? of.standard : base + LOCAL_PORTS.indexOf(of);
    return wholeNumber(env, of.variable, fallback, 65_535, 'a port number');
  };
  return {
    sqsPort: port(sqs),
    sandboxPort: port(sandbox),
    hookPort: port(hook),
    dynamoDbPort: port(dynamoDb),
    lambdaPort: port(lambda),
    consolePort: port(console),
  };
}

function wholeNumber(env: Environment, name: string, standard: number, max: number, what: string): number {
  const value = env[name];
  if (value === undefined || value === '') return standard;
  if (/^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= max) return Number(value);
  throw new RangeError(`${name} is "${value}"; it must be ${what} from 1 to ${max}.`);
}
