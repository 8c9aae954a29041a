/**
 * Reports to session-hooks that the match on this game server has ended. Node 20 or newer; no dependencies.
 * Reads HOOK_URL (https://…/hooks), HOOK_SIGNING_SECRET (whsec_…) and ARBITRIUM_REQUEST_ID, which Edgegap sets in each container.
 * Run it: node send.mjs
 */
import { createHmac, randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ATTEMPTS = 5;
const LONGEST_PAUSE_MS = 60_000;

/**
 * The value of the header webhook-signature.
 * @param {string} secret whsec_ and base64
 * @param {string} id
 * @param {number} timestamp in seconds
 * @param {string} body exactly the text that is sent
 */
export function sign(secret, id, timestamp, body) {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/**
 * Sends one event, or an array of them. An event without a time gets the current one. A request that fails is sent again
 * up to four times, with the same id and body.
 * @param {object | object[]} events
 * @param {string} url
 * @param {string} secret
 */
export async function send(events, url, secret) {
  const time = new Date().toISOString();
  const body = JSON.stringify(
    Array.isArray(events) ? events.map((event) => ({ time, ...event })) : { time, ...events },
  );
  const id = `msg_${randomUUID()}`;
  for (let attempt = 1; ; attempt += 1) {
    const { ok, again, problem, retryAfterMs } = await post(url, secret, id, body);
    if (ok) return;
    if (!again || attempt === ATTEMPTS) throw new Error(problem);
    const backOffMs = 1000 * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
    await sleep(Math.min(LONGEST_PAUSE_MS, Math.max(backOffMs, retryAfterMs)));
  }
}

/**
 * Sends once. Returns whether the hook took it, or else whether it may help to send it again.
 * @param {string} url
 * @param {string} secret
 * @param {string} id
 * @param {string} body
 */
async function post(url, secret, id, body) {
  const timestamp = Math.floor(Date.now() / 1000);
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': sign(secret, id, timestamp, body),
  };
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) });
    const { status } = answer;
    return {
      ok: status === 202,
      again: status === 429 || status >= 500,
      problem: `the hook answered ${status}: ${await answer.text()}`,
      retryAfterMs: 1000 * Number(answer.headers.get('retry-after')) || 0,
    };
  } catch (error) {
    const { message, cause } = Object(error);
    const { code, message: reason = message } = Object(cause);
    const problem = `${url} does not answer (${code ?? reason})`;
    return { ok: false, again: true, problem, retryAfterMs: 0 };
  }
}

/** @param {string} name */
const variable = (name) => process.env[name] ?? '';

/** Reports that the match has ended: every session of the deployment that this server runs in is deleted. */
export async function matchEnded() {
  const missing = ['HOOK_URL', 'HOOK_SIGNING_SECRET', 'ARBITRIUM_REQUEST_ID'].filter(
    (name) => !variable(name),
  );
  if (missing.length > 0) throw new Error(`set ${missing.join(', ')}`);
  const event = { type: 'match.ended', data: { deployment_request_id: variable('ARBITRIUM_REQUEST_ID') } };
  await send(event, variable('HOOK_URL'), variable('HOOK_SIGNING_SECRET'));
}

const [, program = ''] = process.argv;
if (program !== '' && realpathSync(program) === fileURLToPath(import.meta.url)) {
  await matchEnded().catch((error) => {
    console.error(`session-hooks: ${error.message}`);
    process.exitCode = 1;
  });
}
