/** The hook: verifies who sent a request, reads its events, and puts them into the queue. */
import type { Adapter } from '../../events/adapters/index.ts';
import { adaptEdgegap, edgegapAdapters } from '../../events/adapters/index.ts';
import { MESSAGE_BYTES } from '../sqs/batches.ts';
import type { Outcome } from './answers.ts';
import { forPhoton, notJson, tooLarge, unauthorized, unknownSource } from './answers.ts';
import type { Publish } from './queue.ts';
import { queueEvents } from './queue.ts';
import type { HookRequest } from './request.ts';
import { isJson } from './request.ts';
import type { TokenCheck } from './secrets.ts';
import type { Signed, Verify } from './signature.ts';
import { webhookId } from './signature.ts';

/** How the hook reaches the world. */
export interface HookOptions {
  verify: Verify;
  /** Checks the token in the address of the platform's webhooks. */
  isEdgegapToken: TokenCheck;
  /** Checks the secret in a header of Photon's webhooks. */
  isPhotonSecret: TokenCheck;
  /** The adapters of other systems' messages, by the source that an address names. */
  adapters: ReadonlyMap<string, Adapter>;
  publish: Publish;
}

/** What a request came to, and what the log says about it: never its body, a secret, or the path as it came. */
export interface HookResult extends Outcome {
  /** Such as `POST /hooks`. */
  route: string;
  /** The other system whose message it is. */
  source?: string;
  webhookId?: string;
  /** The name of the secret that signed it. */
  secretName?: string;
}

type Answered = Outcome & Pick<HookResult, 'secretName'>;

/** The header that Photon sends by `CustomHttpHeaders`, and the one that Quantum and Fusion send by `WebHookSecret`. */
export const PHOTON_HEADERS = ['x-session-hooks-secret', 'x-secretkey'];

/**
 * Answers one request. Its size comes first, because to verify a body that is too large would cost time; then who
 * sent it.
 * @throws SecretError when there is no secret to compare with.
 */
export async function answerHook(request: HookRequest, options: HookOptions): Promise<HookResult> {
  const { route, headers } = request;
  const source = sourceOf(request, options.adapters);
  const id = webhookId(headers);
  const answered = await answerSource(request, source, options);
  return { ...answered, route, ...(source && { source }), ...(id && { webhookId: id }) };
}

/** The other system that a request's address names; undefined where it names none that is known. */
function sourceOf(
  { route, path: { source } }: HookRequest,
  adapters: HookOptions['adapters'],
): string | undefined {
  if (route.startsWith('POST /hooks/edgegap/')) return 'edgegap';
  return source !== undefined && adapters.has(source) ? source : undefined;
}

async function answerSource(
  request: HookRequest,
  source: string | undefined,
  options: HookOptions,
): Promise<Answered> {
  if (request.body.byteLength > MESSAGE_BYTES) return tooLarge(MESSAGE_BYTES);
  if (source === 'edgegap') return await answerEdgegap(request, options);
  const [photonSecret] = PHOTON_HEADERS.flatMap((name) => request.headers[name] ?? []);
  if (source?.startsWith('photon') && photonSecret !== undefined)
    return forPhoton(await answerPhoton(request, photonSecret, options));
  return await answerSigned(request, options);
}

async function answerSigned(request: HookRequest, options: HookOptions): Promise<Answered> {
  const signed = await options.verify(request);
  if (signed === undefined) return unauthorized();
  const { name } = signed.secret;
  const outcome = await answerVerified(request, signed, options);
  return { ...outcome, ...(name !== undefined && { secretName: name }) };
}

async function answerVerified(
  request: HookRequest,
  { secret, timestampMs }: Signed,
  options: HookOptions,
): Promise<Outcome> {
  const adapt = adapterOf(request, options);
  if (request.path.source !== undefined && adapt === undefined) return unknownSource(options.adapters.keys());
  if (!isJson(request.headers['content-type'])) return notJson();
  return await queueEvents(request, { adapt, signedAtMs: timestampMs, secret }, options.publish);
}

/**
 * The platform signs nothing: a token in the address proves the sender, and the rest of the address says what
 * happened.
 */
async function answerEdgegap(request: HookRequest, options: HookOptions): Promise<Outcome> {
  const { token, what } = request.path;
  if (!(await options.isEdgegapToken(token))) return unauthorized();
  const adapt: Adapter | undefined = what === undefined ? adaptEdgegap : edgegapAdapters.get(what);
  if (adapt === undefined)
    return unknownSource([...edgegapAdapters.keys()].map((name) => `edgegap/TOKEN/${name}`));
  return await queueEvents(request, { adapt }, options.publish);
}

/** Photon signs nothing, but sends the headers that its dashboard names. */
async function answerPhoton(request: HookRequest, given: string, options: HookOptions): Promise<Outcome> {
  if (!(await options.isPhotonSecret(given))) return unauthorized();
  return await queueEvents(request, { adapt: adapterOf(request, options) }, options.publish);
}

function adapterOf({ path: { source } }: HookRequest, { adapters }: HookOptions): Adapter | undefined {
  return source === undefined ? undefined : adapters.get(source);
}
