/**
 * Reports to session-hooks that the match on this game server has ended. Node 22.18 or newer; no dependencies.
 * Reads HOOK_URL (https://…/hooks), HOOK_SIGNING_SECRET (whsec_…) and ARBITRIUM_REQUEST_ID, which Edgegap sets in each container.
 * Run it: node send.ts
 */
import { createHmac, randomUUID } from 'node:crypto';

/** The value of the header webhook-signature. @param timestamp in seconds */
export function sign(secret: string, id: string, timestamp: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/** Sends one event, or an array of them. Repeats a failed request up to three times, with the same id. */
export async function send(events: object, url: string, secret: string): Promise<void> {
  const id = `msg_${randomUUID()}`;
  const body = JSON.stringify(events);
  for (let attempt = 0; ; attempt += 1) {
    const timestamp = Math.floor(Date.now() / 1000);
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign(secret, id, timestamp, body),
    };
    const answer = await fetch(url, { method: 'POST', headers, body }).catch(() => undefined);
    if (answer?.status === 202) return;
    const again = answer === undefined || answer.status === 429 || answer.status >= 500;
    if (!again || attempt === 3) throw new Error(`session-hooks: ${answer?.status} ${await answer?.text()}`);
    await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** attempt));
  }
}

if (import.meta.main) {
  const { HOOK_URL = '', HOOK_SIGNING_SECRET = '', ARBITRIUM_REQUEST_ID = '' } = process.env;
  const event = { type: 'match.ended', data: { deployment_request_id: ARBITRIUM_REQUEST_ID } };
  await send(event, HOOK_URL, HOOK_SIGNING_SECRET);
}
