/** The API that a tool works on: the sandbox of the local stage, or the one that the environment names. */

import { createSessionsClient, type SessionsClient } from '../lib/edgegap/client.ts';
import type { ApiConfig } from '../lib/edgegap/config.ts';
import { readApiConfig } from '../lib/edgegap/config.ts';
import { readAwsConfig } from '../lib/runtime/environment.ts';
import { createSecretReader } from '../lib/runtime/secrets.ts';
import { localStage, SANDBOX_API_KEY } from '../local-addresses.ts';
import { targetName } from './target.ts';

/** A client, and what it was made of. */
export interface Api {
  client: SessionsClient;
  config: ApiConfig;
  /** Whether it is the sandbox of the local stage. */
  isLocal: boolean;
  /** Its name for a person. */
  target: string;
}

/**
 * Connects to the API that `SESSIONS_API_KEY` and `SESSIONS_API_URL` name; without both of them, to the local stage.
 * @param share the part of `API_RATE` that the tool may use, 0 to 1.
 * @throws ConfigError naming every variable that is wrong.
 */
export function connectApi(share = 1): Api {
  const { env } = process;
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
  return { client, config, isLocal, target: targetName(config.apiUrl, isLocal) };
}
