/** The configuration of the client. */
import * as v from 'valibot';
import type { Environment } from '../runtime/environment.ts';
import { integer, number, reader, urlVariable } from '../runtime/environment.ts';

/** How the functions reach the Edgegap API. */
export interface ApiConfig {
  /** The key itself, or a reference to it (`ssm:…`, `secretsmanager:…`). */
  apiKey: string;
  /** Base URL, without a trailing slash. */
  apiUrl: string;
  /** Requests a second. */
  apiRate: number;
  /** Requests in flight at once. */
  apiConcurrency: number;
  /** One attempt, in milliseconds. */
  apiTimeoutMs: number;
  /** The most values in one bulk stop. */
  bulkStopChunk: number;
}

/** Printable, perhaps with the word `token` before it. Not a URL: that belongs to SESSIONS_API_URL. */
const KEY = /^(?!https?:)([\x21-\x7e]+ )?[\x21-\x7e]+$/i;

/**
 * Reads what the calls to the API need.
 * @throws ConfigError naming every variable that is missing or wrong.
 */
export function readApiConfig(env: Environment = process.env): ApiConfig {
  const read = reader(env);
  const config = {
    apiKey: read({
      name: 'SESSIONS_API_KEY',
      schema: v.pipe(v.string(), v.regex(KEY)),
      expected: 'your API key, or a reference to it (ssm:/path/name, secretsmanager:name)',
      secret: true,
    }),
    apiUrl: read({
      ...urlVariable('SESSIONS_API_URL', 'a base URL such as https://api.edgegap.com'),
      fallback: 'https://api.edgegap.com',
    }),
    apiRate: read({
      name: 'API_RATE',
      schema: number(0.1, 1000),
      expected: 'a number of requests a second, 0.1 to 1000',
      fallback: 10,
    }),
    apiConcurrency: read(integer('API_CONCURRENCY', 1, 100, 4, 'requests in flight')),
    apiTimeoutMs: read(integer('API_TIMEOUT_MS', 100, 60_000, 5000, 'milliseconds')),
    bulkStopChunk: read(integer('BULK_STOP_CHUNK', 1, 10_000, 500, 'values in one bulk stop')),
  };
  return read.finish(config);
}
