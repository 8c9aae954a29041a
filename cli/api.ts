/** The Sessions API that a tool talks to: the local stage's sandbox, or the real one where there is a key. */

import { createSessionsClient, type SessionsClient } from '../lib/edgegap/client.ts';
import type { ApiConfig } from '../lib/edgegap/config.ts';
import { readApiConfig } from '../lib/edgegap/config.ts';
import type { Environment } from '../lib/runtime/environment.ts';
import { readAwsConfig } from '../lib/runtime/environment.ts';
import { createSecretReader } from '../lib/runtime/secrets.ts';
import { localStage, SANDBOX_API_KEY } from '../local-addresses.ts';

/** A client, and what it was made of. */
export interface Api {
  client: SessionsClient;
  config: ApiConfig;
  /** Whether it is the sandbox of the local stage. */
  isLocal: boolean;
}

/**
 * Connects to the API that the environment names: with `SESSIONS_API_KEY` to `SESSIONS_API_URL`, without it to the local stage.
 * @param share of `API_RATE` that the tool may use, 0 to 1.
 * @throws ConfigError naming every variable that is wrong.
 */
export function connectApi({
  share = 1,
  env = process.env,
}: {
  share?: number;
  env?: Environment;
} = {}): Api {
  const isLocal = (env.SESSIONS_API_KEY ?? '') === '' && (env.SESSIONS_API_URL ?? '') === '';
  const local = { SESSIONS_API_KEY: SANDBOX_API_KEY, SESSIONS_API_URL: localStage(env).sandboxUrl };
  const config = readApiConfig(isLocal ? { ...env, ...local } : env);
  const client = createSessionsClient({
    baseUrl: config.apiUrl,
    apiKey: createSecretReader({ variable: 'SESSIONS_API_KEY', value: config.apiKey, aws: readAwsConfig }),
    rate: config.apiRate * share,
    concurrency: config.apiConcurrency,
    timeoutMs: config.apiTimeoutMs,
  });
  return { client, config, isLocal };
}
