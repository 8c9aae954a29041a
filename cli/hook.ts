/** Sends events to a hook, signed. */
import { randomUUID } from 'node:crypto';
import ky, { isHTTPError } from 'ky';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod/mini';
import { isSigningSecret } from '../lib/hook/config.ts';
import type { Environment } from '../lib/runtime/environment.ts';
import { chunks } from '../lib/runtime/lists.ts';
import { LOCAL_HOOK_SECRET, localStage } from '../local-addresses.ts';
import { UsageError } from './errors.ts';

/** The hook takes so many events in one request. */
const MOST_EVENTS = 500;
const ATTEMPTS = 4;

const accepted = z.object({ accepted: z.number(), ids: z.array(z.string()) });
const problemSchema = z.object({
  title: z.string(),
  detail: z.optional(z.string()),
  violations: z._default(z.array(z.object({ pointer: z.string(), reason: z.string() })), []),
});

/**
 * Sends events in requests of 500, one after the other. A request that is throttled or not taken is sent again.
 * @param env `HOOK_SIGNING_SECRET`; for the local stage it needs none.
 * @param onProgress is told how many events were accepted so far.
 * @returns SQS's message ids.
 * @throws Error naming what the hook answered, and how many events it had taken before.
 */
export async function sendToHook(
  url: string,
  events: readonly unknown[],
  env: Environment,
  onProgress: (sent: number) => void,
): Promise<string[]> {
  const webhook = new Webhook(secretFor(url, env));
  const ids: string[] = [];
  for (const chunk of chunks(events, MOST_EVENTS)) {
    const sent = await post(url, JSON.stringify(chunk.length === 1 ? chunk[0] : chunk), webhook);
    ids.push(...sent);
    onProgress(ids.length);
  }
  return ids;
}

async function post(url: string, body: string, webhook: Webhook): Promise<string[]> {
  const id = `msg_${randomUUID()}`;
  const signed = (): Record<string, string> => {
    const now = new Date();
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': webhook.sign(id, now, body),
    };
  };
  try {
    const answer = await ky
      .post(url, {
        body,
        headers: { 'content-type': 'application/json', ...signed() },
        retry: { limit: ATTEMPTS - 1, methods: ['post'], statusCodes: [408, 429, 500, 502, 503, 504] },
      })
      .json(accepted);
    return answer.ids;
  } catch (error) {
    if (!isHTTPError(error)) throw error;
    throw new Error(describe(error.response.status, error.data));
  }
}

function describe(status: number, body: unknown): string {
  const problem = problemSchema.safeParse(body).data;
  if (problem === undefined) return `The hook answered ${status}.`;
  const lines = problem.violations.map(({ pointer, reason }) => `  ${pointer || 'body'} ${reason}`);
  return [`The hook answered ${status}: ${problem.title}. ${problem.detail ?? ''}`.trim(), ...lines].join(
    '\n',
  );
}

/** While a secret is rotated there are two: the first one signs. */
function secretFor(url: string, env: Environment): string {
  const [secret = ''] = (env.HOOK_SIGNING_SECRET ?? '').split(',').map((one) => one.trim());
  if (isSigningSecret(secret)) return secret;
  if (secret !== '')
    throw new UsageError('HOOK_SIGNING_SECRET is no secret to sign with: whsec_ and base64.');
  if (url.startsWith(localStage(env).hookUrl)) return LOCAL_HOOK_SECRET;
  throw new UsageError('Set HOOK_SIGNING_SECRET to the secret that the hook verifies with (whsec_…).');
}
