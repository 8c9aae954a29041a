/**
 * Where the local stage listens and what its queues are called: the one place that the stage itself and
 * the tools that talk to it agree on. Imports nothing, so that a tool's start stays cheap.
 */

/** The account of the embedded SQS; it stands in every local queue URL. */
export const LOCAL_ACCOUNT_ID = '000000000000';

/** The region the embedded SQS answers for. */
export const LOCAL_REGION = 'us-east-1';

/** The queues of the local stage: serverless.yml names them SERVICE-STAGE-NAME. */
export const LOCAL_QUEUE_NAMES = {
  events: 'session-hooks-local-events',
  deadLetters: 'session-hooks-local-dead-letters',
} as const;

/** The API key that the sandbox Sessions API accepts. */
export const SANDBOX_API_KEY = 'sandbox-key';

/** What the embedded SQS takes for credentials: it checks none, but the AWS SDK signs nothing without any. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

/** Ports and addresses of a local stage. All on 127.0.0.1. */
export interface LocalStage {
  sqsPort: number;
  sandboxPort: number;
  sqsUrl: string;
  sandboxUrl: string;
  eventsQueueUrl: string;
  deadLetterQueueUrl: string;
}

/**
 * The local stage that these environment variables describe: `LOCAL_SQS_PORT` (default 4566) and
 * `LOCAL_SANDBOX_PORT` (default 4010). Throws a RangeError for a value that is no TCP port.
 */
export function localStage(env: Readonly<Record<string, string | undefined>>): LocalStage {
  const sqsPort = port(env, 'LOCAL_SQS_PORT', 4566);
  const sandboxPort = port(env, 'LOCAL_SANDBOX_PORT', 4010);
  const sqsUrl = `http://127.0.0.1:${sqsPort}`;
  return {
    sqsPort,
    sandboxPort,
    sqsUrl,
    sandboxUrl: `http://127.0.0.1:${sandboxPort}`,
    eventsQueueUrl: `${sqsUrl}/${LOCAL_ACCOUNT_ID}/${LOCAL_QUEUE_NAMES.events}`,
    deadLetterQueueUrl: `${sqsUrl}/${LOCAL_ACCOUNT_ID}/${LOCAL_QUEUE_NAMES.deadLetters}`,
  };
}

function port(env: Readonly<Record<string, string | undefined>>, name: string, standard: number): number {
  const value = env[name];
  if (value === undefined || value === '') return standard;
  if (/^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535) return Number(value);
  throw new RangeError(`${name} is "${value}"; it must be a port number from 1 to 65535.`);
}
