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

/** Ports and addresses of a local stage, all on 127.0.0.1, and its schedule. */
export interface LocalStage {
  /** Seconds from one sweep to the next. */
  sweepSeconds: number;
  sqsPort: number;
  sandboxPort: number;
  hookPort: number;
  dynamoDbPort: number;
  consolePort: number;
  sqsUrl: string;
  sandboxUrl: string;
  hookUrl: string;
  dynamoDbUrl: string;
  eventsQueueUrl: string;
  deadLetterQueueUrl: string;
}

/**
 * Returns the local stage that the environment describes: `LOCAL_SQS_PORT` (default 4566), `LOCAL_SANDBOX_PORT` (4010),
 * `LOCAL_HOOK_PORT` (4020), `LOCAL_CONSOLE_PORT` (4030), `LOCAL_DYNAMODB_PORT` (4567) and `LOCAL_SWEEP_SECONDS` (120).
 * @throws RangeError for a value that is not a TCP port, or a schedule of more than a day.
 */
export function localStage(env: Environment): LocalStage {
  const sqsPort = port(env, 'LOCAL_SQS_PORT', 4566);
  const sandboxPort = port(env, 'LOCAL_SANDBOX_PORT', 4010);
  const hookPort = port(env, 'LOCAL_HOOK_PORT', 4020);
  const dynamoDbPort = port(env, 'LOCAL_DYNAMODB_PORT', 4567);
  const sqsUrl = `http://127.0.0.1:${sqsPort}`;
  return {
    sweepSeconds: wholeNumber(env, 'LOCAL_SWEEP_SECONDS', 120, 86_400, 'a number of seconds'),
    sqsPort,
    sandboxPort,
    hookPort,
    dynamoDbPort,
    consolePort: port(env, 'LOCAL_CONSOLE_PORT', 4030),
    sqsUrl,
    sandboxUrl: `http://127.0.0.1:${sandboxPort}`,
    hookUrl: `http://127.0.0.1:${hookPort}/hooks`,
    dynamoDbUrl: `http://127.0.0.1:${dynamoDbPort}`,
    eventsQueueUrl: `${sqsUrl}/${LOCAL_ACCOUNT_ID}/${LOCAL_QUEUE_NAMES.events}`,
    deadLetterQueueUrl: `${sqsUrl}/${LOCAL_ACCOUNT_ID}/${LOCAL_QUEUE_NAMES.deadLetters}`,
  };
}

function port(env: Environment, name: string, standard: number): number {
  return wholeNumber(env, name, standard, 65_535, 'a port number');
}

function wholeNumber(env: Environment, name: string, standard: number, max: number, what: string): number {
  const value = env[name];
  if (value === undefined || value === '') return standard;
  if (/^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= max) return Number(value);
  throw new RangeError(`${name} is "${value}"; it must be ${what} from 1 to ${max}.`);
}
