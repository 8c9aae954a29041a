/** Who signed a request: the test vectors that senders check themselves against, and how little is read for a forgery. */
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { parseSigningSecrets, secretList } from '../../lib/hook/secrets.ts';
import { createVerifier } from '../../lib/hook/signature.ts';
import { OTHER_SECRET, SECRET } from '../support/hook.ts';

const vectors = z
  .array(
    z.object({
      name: z.string(),
      secret: z.string(),
      id: z.string(),
      timestamp: z.number(),
      body: z.string(),
      signature: z.string(),
    }),
  )
  .parse(
    JSON.parse(readFileSync(new URL('../../events/samples/hook/signatures.json', import.meta.url), 'utf8')),
  );

const NOW = 1_769_890_500_000;
const body = Buffer.from('{}');

/** A verifier whose clock stands still, and the reads of its secret. */
function verifier(nowMs: number, ...secrets: string[]) {
  const reads: boolean[] = [];
  const read = async ({ refresh }: { refresh: boolean }) => {
    reads.push(refresh);
    return secrets[Math.min(reads.length, secrets.length) - 1] ?? '';
  };
  const verify = createVerifier(secretList('HOOK_SIGNING_SECRET', [read], parseSigningSecrets), () => nowMs);
  return { verify, reads };
}

function headersOf(at: number, prefix = 'webhook', secret = SECRET) {
  return {
    [`${prefix}-id`]: 'msg_1',
    [`${prefix}-timestamp`]: String(at / 1000),
    [`${prefix}-signature`]: new Webhook(secret).sign('msg_1', new Date(at), '{}'),
  };
}

test.each(vectors)(
  'the vector "$name" is valid',
  async ({ secret, id, timestamp, body: text, signature }) => {
    const { verify } = verifier(timestamp * 1000, secret);
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signature,
    };
    expect(await verify({ headers, body: Buffer.from(text) })).toMatchObject({
      timestampMs: timestamp * 1000,
    });
    expect(await verify({ headers, body: Buffer.from(`${text} `) })).toBeUndefined();
  },
);

describe('what is valid', () => {
  test.each(['webhook', 'svix'])('headers under the name %s', async (prefix) => {
    expect(await verifier(NOW, SECRET).verify({ headers: headersOf(NOW, prefix), body })).toBeDefined();
  });

  test('one signature of several, beside other versions', async () => {
    const headers = headersOf(NOW);
    const other = headersOf(NOW, 'webhook', OTHER_SECRET)['webhook-signature'];
    headers['webhook-signature'] = `v1a,AAAA ${other} ${headers['webhook-signature']}`;
    expect(await verifier(NOW, SECRET).verify({ headers, body })).toBeDefined();
  });

  test.each([-300_000, 300_000])('a clock that is %i ms away', async (ms) => {
    expect(await verifier(NOW, SECRET).verify({ headers: headersOf(NOW + ms), body })).toBeDefined();
  });

  test('a secret that was rotated, after one more read', async () => {
    const { verify, reads } = verifier(NOW, OTHER_SECRET, SECRET);
    expect(await verify({ headers: headersOf(NOW), body })).toBeDefined();
    expect(reads).toEqual([false, true]);
  });
});

describe('what cannot be valid costs no read', () => {
  const good = headersOf(NOW);
  const without = (name: string) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));
  test.each<[string, Record<string, string>]>([
    ['no headers', {}],
    ...Object.keys(good).map((name): [string, Record<string, string>] => [`no ${name}`, without(name)]),
    ['301 seconds late', headersOf(NOW - 301_000)],
    ['301 seconds early', headersOf(NOW + 301_000)],
    ['a signature that is too short', { ...good, 'webhook-signature': `v1,${'A'.repeat(42)}=` }],
    ['a signature of another version', { ...good, 'webhook-signature': `v2,${'A'.repeat(43)}=` }],
    ['a doubled header', { ...good, 'webhook-id': 'msg_1,msg_1' }],
    ['a mixture of both names', { ...without('webhook-id'), 'svix-id': 'msg_1' }],
  ])('%s', async (_, headers) => {
    const { verify, reads } = verifier(NOW, SECRET);
    expect(await verify({ headers, body })).toBeUndefined();
    expect(reads).toEqual([]);
  });
});
