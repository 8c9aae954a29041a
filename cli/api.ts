/** The API of a world. */
import { createSessionsClient, type SessionsClient } from '../lib/edgegap/client.ts';
import type { ApiConfig } from '../lib/edgegap/config.ts';
import { readApiConfig } from '../lib/edgegap/config.ts';
import { readAwsConfig } from '../lib/runtime/environment.ts';
import { createSecretReader, type SecretReader } from '../lib/runtime/secrets.ts';
import { findAws } from './aws.ts';
import { targetName, type World } from './world.ts';

/** Of `API_RATE`, what a sweep by hand takes: events go first. */
export const SWEEP_SHARE = 0.5;

/** A client, and what it was made of. */
export interface Api {
  client: SessionsClient;
  config: ApiConfig;
  /** Its name for a person. */
  target: string;
}

/**
 * Connects to the API of a world. A key that is kept in SSM or Secrets Manager is read with the AWS credentials of the
 * machine: variables, a profile or single sign-on.
 * @param share the part of `API_RATE` that the tool may use, 0 to 1.
 * @throws ConfigError naming every variable that is wrong.
 */
export function connectApi(world: World, share = 1): Api {
  const config = readApiConfig(world.env);
  const client = createSessionsClient({
    baseUrl: config.apiUrl,
    apiKey: keyReader(config.apiKey),
    rate: config.apiRate * share,
    concurrency: config.apiConcurrency,
    timeoutMs: config.apiTimeoutMs,
  });
  return { client, config, target: targetName(config.apiUrl, world) };
}

/** A key that is not a reference is masked from now on; only a reference needs AWS. */
function keyReader(value: string): SecretReader {
  const source = { variable: 'SESSIONS_API_KEY', value };
  if (!/^(ssm|secretsmanager):/.test(value)) return createSecretReader({ ...source, aws: readAwsConfig });
  let reader: SecretReader | undefined;
  return async (options) => {
    if (reader === undefined) {
      const aws = await findAws();
      reader = createSecretReader({ ...source, aws: () => aws });
    }
    return await reader(options);
  };
}
