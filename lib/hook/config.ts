/** The configuration of the hook, read and checked like the rest of it. */
import * as z from 'zod/mini';
import type { Environment } from '../runtime/environment.ts';
import { queueUrl, reader } from '../runtime/environment.ts';

/** What the hook needs. */
export interface HookConfig {
  /** Secrets, or references to them; more than one while a secret is rotated. */
  signingSecrets: string[];
  /** What stands in the path of the platform's webhooks, or a reference to it; undefined: there is no such path. */
  edgegapToken: string | undefined;
  eventsQueueUrl: string;
}

const SECRET = /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/;
const REFERENCE = /^(ssm|secretsmanager):[^,]+$/;
const TOKEN = /^([A-Za-z0-9_-]{16,128}|(ssm|secretsmanager):.+)$/;
const MOST_SECRETS = 2;

/** Whether the text is a secret as Standard Webhooks writes it: `whsec_` and the base64 of 24 bytes or more. */
export function isSigningSecret(text: string): boolean {
  return SECRET.test(text);
}

/**
 * Reads `HOOK_SIGNING_SECRET`, `HOOK_EDGEGAP_TOKEN` and `EVENTS_QUEUE_URL`.
 * @throws ConfigError naming every variable that is missing or wrong; never its value.
 */
export function readHookConfig(env: Environment = process.env): HookConfig {
  const read = reader(env);
  const isOne = (text: string): boolean => isSigningSecret(text) || REFERENCE.test(text);
  const { signingSecrets, edgegapToken, eventsQueueUrl } = read.finish({
    signingSecrets: read<string[]>({
      name: 'HOOK_SIGNING_SECRET',
      schema: z.pipe(
        z.string(),
        z.pipe(
          z.transform((text: string) => text.split(',').map((one) => one.trim())),
          z.array(z.string().check(z.refine(isOne))).check(z.maxLength(MOST_SECRETS)),
        ),
      ),
      expected:
        'whsec_ and the base64 of 24 bytes or more, or a reference to it (ssm:/path/name, secretsmanager:name); two, comma-separated, while it is rotated',
      secret: true,
    }),
    edgegapToken: read({
      name: 'HOOK_EDGEGAP_TOKEN',
      schema: z.string().check(z.regex(TOKEN)),
      expected: '16 to 128 of A-Z a-z 0-9 _ -, or a reference to it (ssm:/path/name, secretsmanager:name)',
      fallback: '',
      secret: true,
    }),
    eventsQueueUrl: read(queueUrl('EVENTS_QUEUE_URL')),
  });
  return { signingSecrets, edgegapToken: edgegapToken || undefined, eventsQueueUrl };
}
