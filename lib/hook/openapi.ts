/** The description of the hook: OpenAPI 3.1. The answers are those that the hook itself makes. */
import { adapters, edgegapAdapters } from '../../events/adapters/index.ts';
import { eventComponents } from '../../events/schemas/components.ts';
import { MESSAGE_BYTES } from '../sqs/batches.ts';
import type { Outcome } from './answers.ts';
import {
  accepted,
  failed,
  forbidden,
  forPhoton,
  invalid,
  notJson,
  queueUnavailable,
  refused,
  secretUnavailable,
  tooLarge,
  unauthorized,
  unknownSource,
} from './answers.ts';
import { MOST_EVENTS } from './events.ts';
import { PHOTON_HEADERS } from './hook.ts';

const ref = (path: string): object => ({ $ref: `#/components/${path}` });

const SIGNED = { webhookId: [], webhookTimestamp: [], webhookSignature: [] };
const SIGNATURE = ['id', 'timestamp', 'signature'] as const;
const ABOUT_SIGNATURE = {
  id: 'An id of your choice: up to 256 visible ASCII characters, no comma. The same for every try.',
  timestamp: 'When the request was signed, in whole seconds; at most 5 minutes ago.',
  signature: 'v1, followed by the base64 of the HMAC-SHA256 of ID.TIMESTAMP.BODY.',
};

/** An answer of each kind, as an example. */
const VIOLATIONS = [{ pointer: '/data/session_id', reason: 'must be a string' }];
const PROBLEMS: readonly Outcome[] = [
  invalid(VIOLATIONS),
  unauthorized(),
  forbidden([{ pointer: '', reason: 'must not be tag.retired' }]),
  unknownSource(adapters.keys()),
  tooLarge(MESSAGE_BYTES),
  notJson(),
  refused([{ pointer: '', reason: 'is refused by the queue: InvalidMessageContents' }], 0),
  failed(),
  queueUnavailable(0),
  secretUnavailable(),
];

/**
 * Describes the hook.
 * @param version of this project.
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function describeHook(version: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'session-hooks: the hook',
      version,
      description: 'Takes signed events, and the webhooks of other services, into the events queue.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [
      {
        url: 'https://{api}.execute-api.{region}.amazonaws.com',
        variables: { api: { default: 'api-id' }, region: { default: 'us-east-1' } },
      },
      { url: 'http://127.0.0.1:4020', description: 'The local stage: npm start.' },
    ],
    paths: {
      '/hooks': { post: sendEvents() },
      '/hooks/{source}': { post: forwardMessage() },
      '/hooks/edgegap/{token}': { post: receiveWebhook('receiveWebhook') },
      '/hooks/edgegap/{token}/{what}': { post: receiveWebhook('receiveWebhookOf', WHAT) },
    },
    components: {
      securitySchemes: securitySchemes(),
      schemas: schemas(),
      responses: Object.fromEntries([...byStatus(PROBLEMS)].map(([status, all]) => [status, problemOf(all)])),
    },
  };
}

function sendEvents(): object {
  const event = ref('schemas/Event');
  const several = { type: 'array', items: event, minItems: 1, maxItems: MOST_EVENTS };
  const examples = eventComponents().flatMap((component) => [...component.examples]);
  return {
    operationId: 'sendEvents',
    summary: 'Sends one event, or an array of them.',
    description: `All of them are queued, or none. At most ${MESSAGE_BYTES} bytes. EventBridge events and SNS notifications are accepted in place of events.`,
    security: [SIGNED],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: { oneOf: [event, several] },
          examples: Object.fromEntries(examples.map(([name, value]) => [name, { value }])),
        },
        'application/cloudevents+json': { schema: event },
        'application/cloudevents-batch+json': { schema: several },
      },
    },
    responses: { 202: acceptedResponse(), ...problems(400, 401, 403, 413, 415, 422, 500, 503) },
  };
}

function forwardMessage(): object {
  const done = { description: 'For Photon, with its secret.', ...json(forPhoton(accepted([], 0)).body) };
  return {
    operationId: 'forwardMessage',
    summary: "Takes another system's message. What asks for nothing is ignored.",
    parameters: [pathParameter('source', { enum: [...adapters.keys()] })],
    security: [SIGNED, ...PHOTON_HEADERS.map((name) => ({ [name]: [] }))],
    requestBody: anyMessage(),
    responses: {
      200: done,
      202: acceptedResponse(),
      ...problems(400, 401, 403, 404, 413, 415, 422, 500, 503),
    },
  };
}

const WHAT = pathParameter('what', { enum: [...edgegapAdapters.keys()] });

function receiveWebhook(operationId: string, ...more: object[]): object {
  return {
    operationId,
    summary: "Takes a webhook of Edgegap's, which is not signed: the token in the address proves the sender.",
    parameters: [pathParameter('token', { pattern: '^[A-Za-z0-9_-]{16,128}$' }), ...more],
    security: [],
    requestBody: anyMessage(),
    responses: { 202: acceptedResponse(), ...problems(400, 401, 404, 413, 422, 500, 503) },
  };
}

function pathParameter(name: string, schema: object): object {
  return { name, in: 'path', required: true, schema: { type: 'string', ...schema } };
}

function anyMessage(): object {
  return { required: true, content: { 'application/json': { schema: { type: ['object', 'array'] } } } };
}

function acceptedResponse(): object {
  const { body } = accepted(['0c1f6ea4-6a37-4a3c-8f0f-2a4f0e6bb1a5'], 0);
  const content = { 'application/json': { schema: ref('schemas/Accepted'), example: body } };
  return { description: 'Every event is in the queue.', content };
}

function json(example: unknown): object {
  return { content: { 'application/json': { schema: { type: 'object' }, example } } };
}

function problems(...statuses: number[]): object {
  return Object.fromEntries(statuses.map((status) => [status, ref(`responses/${status}`)]));
}

function byStatus(outcomes: readonly Outcome[]): Map<number, Outcome[]> {
  return Map.groupBy(outcomes, ({ status }) => status);
}

/** @param all the problems of one status. */
function problemOf(all: readonly Outcome[]): object {
  const examples = Object.fromEntries(all.map(({ code, body }) => [code, { value: body }]));
  const waits = all.some(({ retryAfterSeconds }) => retryAfterSeconds !== undefined);
  const header = { description: 'Seconds until the request may be sent again.', schema: { type: 'integer' } };
  return {
    description: all.map(({ body }) => `${body.title}.`).join(' '),
    ...(waits && { headers: { 'Retry-After': header } }),
    content: { 'application/problem+json': { schema: ref('schemas/Problem'), examples } },
  };
}

function securitySchemes(): object {
  const header = (name: string, description: string) => ({ type: 'apiKey', in: 'header', name, description });
  const signature = SIGNATURE.map((name) => [
    `webhook${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    header(`webhook-${name}`, `${ABOUT_SIGNATURE[name]} See Standard Webhooks. Also as svix-${name}.`),
  ]);
  const photon = PHOTON_HEADERS.map((name) => [name, header(name, "The secret of Photon's webhooks.")]);
  return Object.fromEntries([...signature, ...photon]);
}

function schemas(): object {
  const events = eventComponents();
  const text = { type: 'string' };
  const count = { type: 'integer', minimum: 0 };
  const violation = {
    type: 'object',
    required: ['pointer', 'reason'],
    properties: { pointer: text, reason: text },
  };
  return {
    Event: {
      oneOf: events.map(({ name }) => ref(`schemas/${name}`)),
      discriminator: {
        propertyName: 'type',
        mapping: Object.fromEntries(events.map(({ type, name }) => [type, `#/components/schemas/${name}`])),
      },
    },
    ...Object.fromEntries(events.map(({ name, schema }) => [name, schema])),
    Accepted: {
      type: 'object',
      required: ['accepted', 'ids'],
      properties: { accepted: count, ids: { type: 'array', items: text }, ignored: count },
    },
    Problem: {
      type: 'object',
      description: 'RFC 9457, with a code of the error catalogue.',
      required: ['title', 'status', 'code', 'detail'],
      properties: {
        title: text,
        status: { type: 'integer', enum: [...byStatus(PROBLEMS).keys()] },
        code: { type: 'string', enum: PROBLEMS.map(({ code }) => code) },
        detail: text,
        accepted: { ...count, description: 'Events of the request that are in the queue.' },
        violations: { type: 'array', items: violation },
      },
    },
  };
}
