/** The hook: proves who sent a request, reads its events, and puts them into the queue. */
import type { Adapter } from '../../events/adapters/index.ts';
import { adaptEdgegap, adapters } from '../../events/adapters/index.ts';
import { logError } from '../runtime/log.ts';
import type { SecretReader } from '../runtime/secrets.ts';
import type { Published } from '../sqs/publish.ts';
import type { HookResult } from './answers.ts';
import { accepted, invalid, noSuchSource, notJson, tooLarge, unauthorized, unavailable } from './answers.ts';
import { readBody } from './events.ts';
import type { HookRequest } from './request.ts';
import { isJson } from './request.ts';
import type { Verify } from './signature.ts';
import { isToken, textOf } from './signature.ts';

/** How the hook reaches the world. */
export interface HookOptions {
  verify: Verify;
  /** Undefined: the platform's webhooks are refused. */
  readToken: SecretReader | undefined;
  /** Puts events into the queue; never rejects for an error of SQS. */
  publish: (events: readonly unknown[]) => Promise<Published>;
}

/** Bytes of a body: what one message of SQS may hold. */
const MOST_BYTES = 1024 * 1024;
const RETRY_AFTER_SECONDS = 5;

/**
 * Answers one request. The size is looked at first, for signing what is too large would cost time; then who sent it.
 * @throws SecretError when there is no secret to compare with.
 */
export async function answerHook(request: HookRequest, options: HookOptions): Promise<HookResult> {
  if (request.body.byteLength > MOST_BYTES) return tooLarge(MOST_BYTES);
  if (request.route === 'POST /hooks/edgegap/{token}') return await answerPlatform(request, options);
  const signed = await options.verify(request);
  if (signed === undefined) return unauthorized();
  const { source } = request.path;
  const adapt = source === undefined ? undefined : adapters.get(source);
  if (source !== undefined && adapt === undefined) return noSuchSource(adapters.keys());
  if (!isJson(request.headers['content-type'])) return notJson();
  return await queueEvents(signed.text, options, adapt, signed.timestampMs);
}

/** The platform signs nothing: a token in the path stands for it. */
async function answerPlatform({ path, body }: HookRequest, options: HookOptions): Promise<HookResult> {
  const token = await options.readToken?.({ refresh: false });
  if (token === undefined || !isToken(path.token, token)) return unauthorized();
  const text = textOf(body);
  if (text === undefined) return invalid([{ pointer: '', reason: 'is not UTF-8' }]);
  return await queueEvents(text, options, adaptEdgegap);
}

async function queueEvents(
  text: string,
  { publish }: HookOptions,
  adapt?: Adapter,
  signedAtMs?: number,
): Promise<HookResult> {
  const read = readBody(text, adapt, signedAtMs);
  if (!read.ok) return invalid(read.violations);
  const { sent, messageIds, failed } = await publish(read.events);
  const [first] = failed;
  if (first === undefined)
    return accepted(
      messageIds.filter((id) => id !== undefined),
      read.ignored,
    );
  if (first.code === 'TOO_LARGE') return tooLarge(MOST_BYTES);
  logError('events were not queued', { code: first.code, events: failed.length, reason: first.message });
  return unavailable(sent, RETRY_AFTER_SECONDS);
}
