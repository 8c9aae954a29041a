/** The built hook in an environment of its own, in front of an embedded SQS. */
import { startFauxqs } from 'fauxqs';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod/mini';
import { startFunction } from './lambda.ts';

/** The secret that the hook verifies with. */
export const SECRET = `whsec_${Buffer.from('the secret of the tests of hook').toString('base64')}`;
/** The secret before it was rotated. */
export const OTHER_SECRET = `whsec_${Buffer.from('another secret, which is unknown').toString('base64')}`;
/** The token in the address of the platform's webhooks. */
export const TOKEN = 'a-token-of-the-tests';
/** What Photon sends in a header. */
export const PHOTON_SECRET = 'a-photon-secret-of-the-tests';

const answerSchema = z.looseObject({
  statusCode: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

/** A request as API Gateway hands it over. */
export interface TestRequest {
  routeKey?: string;
  pathParameters?: Record<string, string>;
  headers: Record<string, string>;
  body?: string;
  isBase64Encoded?: boolean;
}

/** The headers of a signed request. @param at epoch milliseconds; default: now */
export function signedHeaders(body: string, { secret = SECRET, at = Date.now(), id = 'msg_1' } = {}) {
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, new Date(at), body),
  };
}

/** A request with a signed body. @param path the source in its address */
export function signed(body: unknown, path?: string, secret = SECRET): TestRequest {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = { headers: signedHeaders(text, { secret }), body: text };
  return path === undefined
    ? request
    : { ...request, routeKey: 'POST /hooks/{source}', pathParameters: { source: path } };
}

/** Starts both. @param env in place of what the deployment sets */
export async function startHook(env: Record<string, string> = {}) {
  const sqs = await startFauxqs({ port: 0, logger: false });
  sqs.createQueue('events');
  const endpoint = `http://127.0.0.1:${sqs.port}`;
  const hook = await startFunction(
    'hook',
    {
      HOOK_SIGNING_SECRET: SECRET,
      HOOK_EDGEGAP_TOKEN: TOKEN,
      HOOK_PHOTON_SECRET: PHOTON_SECRET,
      EVENTS_QUEUE_URL: `${endpoint}/000000000000/events`,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      ...env,
    },
    10_000,
  );
  return {
    endpoint,
    logs: hook.logs,
    /** The events in the queue. */
    queued: (): unknown[] =>
      sqs.inspectQueue('events')?.messages.ready.map(({ body }): unknown => JSON.parse(body)) ?? [],
    /** The senders that the messages in the queue name. */
    senders: () =>
      sqs
        .inspectQueue('events')
        ?.messages.ready.map(({ messageAttributes }) => messageAttributes.SENDER?.StringValue),
    /** Sends a request; returns the status, the headers and the body. */
    async send(request: TestRequest) {
      const event = { version: '2.0', routeKey: 'POST /hooks', ...request };
      const { statusCode, headers, body } = answerSchema.parse(await hook.invoke(event));
      const parsed: unknown = JSON.parse(body);
      return { status: statusCode, headers, text: body, body: parsed };
    },
    async stop(): Promise<void> {
      await hook.stop();
      await sqs.stop();
    },
  };
}
