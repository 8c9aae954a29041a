/** The variables of the functions on the local stage. */
import {
  LOCAL_CREDENTIALS,
  LOCAL_EDGEGAP_TOKEN,
  LOCAL_HOOK_SECRET,
  LOCAL_REGION,
  LOCAL_SWEEP,
  type LocalStage,
  SANDBOX_API_KEY,
} from '../local-addresses.ts';
import { type LocalTable, tableName } from './dynamodb.ts';
import { type LocalQueue, resolveReference } from './queues.ts';

/** What the stage reads of a function of serverless.yml, and sets: its environment. */
export interface StageFunction {
  name?: string;
  environment?: Record<string, unknown>;
  events?: unknown[];
}

/** Points every function at the local queues and the sandbox, whatever the machine's AWS configuration says. */
export function setEnvironments(
  functions: Readonly<Record<string, StageFunction>>,
  stage: LocalStage,
  queues: readonly LocalQueue[],
  tables: readonly LocalTable[],
): void {
  for (const definition of Object.values(functions)) {
    const own = Object.entries(definition.environment ?? {});
    definition.environment = {
      ...Object.fromEntries(
        own.map(([name, value]) => [name, tableName(value, tables) ?? resolveReference(value, queues)]),
      ),
      SESSIONS_API_KEY: SANDBOX_API_KEY,
      SESSIONS_API_URL: stage.sandboxUrl,
      ...LOCAL_SWEEP,
      HOOK_SIGNING_SECRET: LOCAL_HOOK_SECRET,
      HOOK_EDGEGAP_TOKEN: LOCAL_EDGEGAP_TOKEN,
      AWS_ENDPOINT_URL_SQS: stage.sqsUrl,
      AWS_ENDPOINT_URL_DYNAMODB: stage.dynamoDbUrl,
      AWS_REGION: LOCAL_REGION,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      // A profile or a session of the machine would win over the credentials above.
      AWS_PROFILE: '',
      AWS_SESSION_TOKEN: '',
    };
  }
}
