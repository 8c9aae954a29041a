/** Requests to a sandbox with its key, and its answers as they came. */
import { expect } from 'vitest';
import { parseJson } from '../../lib/runtime/json.ts';
import type { Sandbox } from '../../local/sandbox/index.ts';

/** The headers of an authorized request. */
export const KEY = { authorization: 'token sandbox-key' };

/** An error as the API words it. */
export const message = { message: expect.any(String) };

/** An answer; `body` is its JSON, undefined where it has none. */
export interface Answered {
  status: number;
  body: unknown;
  headers: Headers;
}

/** Calls the API. A text is sent as it is, everything else as JSON. */
export async function call(
  { url }: Pick<Sandbox, 'url'>,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = KEY,
): Promise<Answered> {
  const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(url + path, { method, headers: { ...json, ...headers }, ...sent });
  return {
    status: response.status,
    body: parseJson(await response.text()),
    headers: response.headers,
  };
}

/** A bulk stop with one filter: of sessions by their ids unless it says otherwise. */
export function bulkStop(
  sandbox: Pick<Sandbox, 'url'>,
  values: string[],
  { field = 'session_id', filter_type = 'any', of = 'sessions' } = {},
): Promise<Answered> {
  return call(sandbox, 'POST', `/v1/${of}/bulk-stop`, { filters: [{ field, filter_type, values }] });
}

/** Three deployments: `busy` has two sessions, `empty` takes sessions and has none, `plain` does not take any. */
export function seedDeployments({ store }: Pick<Sandbox, 'store'>, now: number): void {
  const minutesAgo = (minutes: number): number => now - minutes * 60_000;
  store.deployments.add([
    { request_id: 'busy', tags: ['eu', 'ranked'], session_based: true, created_at: minutesAgo(90) },
    { request_id: 'empty', tags: ['eu'], session_based: true, created_at: minutesAgo(60) },
    { request_id: 'plain', tags: ['us'], app_name: 'lobby', app_version: 'v2', created_at: minutesAgo(30) },
  ]);
  store.add([
    { session_id: 'a', deployment_request_id: 'busy' },
    { session_id: 'b', deployment_request_id: 'busy' },
  ]);
}
