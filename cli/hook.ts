/** Sends events to a hook, signed. */
import { randomUUID } from 'node:crypto';
import ky, { isHTTPError } from 'ky';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod/mini';
import { isSigningSecret } from '../lib/hook/secrets.ts';
import type { Environment } from '../lib/runtime/environment.ts';
import { chunks } from '../lib/runtime/lists.ts';
import { LOCAL_HOOK_SECRET, localStage } from '../local-addresses.ts';
import { DetailedError, UsageError } from './errors.ts';
import { counted } from './words.ts';

/** The most events that the hook takes in one request. */
const MOST_EVENTS = 500;
const ATTEMPTS = 4;

const accepted = z.object({ accepted: z.number(), ids: z.array(z.string()) });
const problemSchema = z.object({
  title: z.string(),
  detail: z.optional(z.string()),
  violations: z._default(z.array(z.object({ pointer: z.string(), reason: z.string() })), []),
});

/**
 * Sends events in requests of 500, one after the other. A request is repeated when it is throttled or the hook is not
 * available.
 * @param env `HOOK_SIGNING_SECRET`; the local stage does not need it.
 * @param onProgress called with the number of events that the hook has accepted so far.
 * @returns SQS's message ids.
 * @throws UsageError without a secret to sign with. Error with the answer of a hook that refuses, and the number of
 * events that it had accepted before.
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
    try {
      ids.push(...(await post(url, JSON.stringify(chunk.length === 1 ? chunk[0] : chunk), webhook)));
    } catch (error) {
      throw isHTTPError(error) ? refusal(error.response.status, error.data, ids.length) : error;
    }
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
  const answer = await ky
    .post(url, {
      body,
      headers: { 'content-type': 'application/json', ...signed() },
      retry: { limit: ATTEMPTS - 1, methods: ['post'], statusCodes: [408, 429, 500, 502, 503, 504] },
    })
    .json(accepted);
  return answer.ids;
}

function refusal(status: number, body: unknown, sent: number): Error {
  const before = sent === 0 ? '' : ` Accepted before: ${counted(sent, 'event')}.`;
  const problem = problemSchema.safeParse(body).data;
  if (problem === undefined) return new Error(`The hook answered ${status}.${before}`);
  const { title, detail, violations } = problem;
  const text = [title, detail].flatMap((part) => (part ? [part.replace(/\.?$/, '.')] : [])).join(' ');
  const details = violations.map(({ pointer, reason }) => `${pointer || 'body'} ${reason}`);
  return new DetailedError(`The hook answered ${status}: ${text}${before}`, details);
}

/** While a secret is rotated there are two: the first one signs. */
function secretFor(url: string, env: Environment): string {
  const [secret = ''] = (env.HOOK_SIGNING_SECRET ?? '').split(',').map((one) => one.trim());
  if (isSigningSecret(secret)) return secret;
  if (secret !== '')
    throw new UsageError('HOOK_SIGNING_SECRET is not a signing secret: whsec_, followed by base64.');
  if (url.startsWith(localStage(env).hookUrl)) return LOCAL_HOOK_SECRET;
  throw new UsageError('Set HOOK_SIGNING_SECRET to the secret that the hook verifies with (whsec_…).');
}
