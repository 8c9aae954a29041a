/** AWS on a person's machine: region and credentials as the AWS SDK finds them. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { AwsConfig, Environment } from '../lib/runtime/environment.ts';
import { readAwsConfig } from '../lib/runtime/environment.ts';
import type { World } from './world.ts';

/**
 * Finds region and credentials: variables, a profile (`AWS_PROFILE`), single sign-on, `credential_process`, a role. The
 * SDK is loaded when this is called, and what it finds is good for the run of a tool.
 * @throws Error with what to do.
 * @see https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/setting-credentials-node.html
 */
export async function findAws(env: Environment = process.env): Promise<AwsConfig> {
  const { SQSClient } = await import('@aws-sdk/client-sqs');
  const named = env.AWS_REGION || env.AWS_DEFAULT_REGION;
  const { region, credentials } = await accessOf(new SQSClient(named ? { region: named } : {}));
  return readAwsConfig({
    ...env,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  });
}

/** Returns the region and the credentials that a client has found. @throws Error with what to do where it found none. */
export async function accessOf({ config }: SQSClient) {
  const region = await config.region().catch((error) => {
    throw new Error('AWS has no region: set AWS_REGION, or a region in your profile.', { cause: error });
  });
  const credentials = await config.credentials().catch((error) => {
    throw new Error(`AWS credentials: ${sentence(error)} Log in (aws sso login), or set AWS_PROFILE.`, {
      cause: error,
    });
  });
  return { region, credentials };
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.?$/, '.') : 'none were found.';
}

/** What signs the requests to the table of a world. */
export async function awsOf({ isLocal, env }: Pick<World, 'isLocal' | 'env'>): Promise<AwsConfig> {
  return isLocal ? readAwsConfig(env) : await findAws();
}
