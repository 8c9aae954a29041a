/** The HTTP side of the operations: the log, the faults, the key and the rate limit around each. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { parseJson } from '../../lib/runtime/json.ts';
import { type Answer, type Call, failure, pathId } from './call.ts';
import type { FaultSettings } from './fault-settings.ts';
import type { Faults } from './faults.ts';
import { distort } from './lies.ts';
import type { Operation } from './models.ts';
import { WORK } from './operations.ts';
import type { TokenBucket } from './rate.ts';
import type { RequestLog } from './request-log.ts';
import type { Store } from './store.ts';
import { vary } from './variety/vary.ts';
import { resetConnection, sendBroken, sendPage } from './wire.ts';

const ROUTES: readonly [Operation, HTTPMethods, string][] = [
  ['sessionPost', 'POST', '/v1/session'],
  ['getSession', 'GET', '/v1/session/:session_id'],
  ['sessionDelete', 'DELETE', '/v1/session/:session_id'],
  ['getUsersSession', 'GET', '/v1/session/:session_id/users'],
  ['putUsersSession', 'PUT', '/v1/session/:session_id/users'],
  ['deleteUsersSession', 'DELETE', '/v1/session/:session_id/users'],
  ['listSessions', 'GET', '/v1/sessions'],
  ['sessionsBulkStop', 'POST', '/v1/sessions/bulk-stop'],
  ['deploymentStop', 'DELETE', '/v1/stop/:request_id'],
  ['deploymentsBulkStop', 'POST', '/v1/deployments/bulk-stop'],
  ['listDeployments', 'GET', '/v1/deployments'],
  ['deploymentStatus', 'GET', '/v1/status/:request_id'],
];

/** Where the fault `redirect` leads to. */
const PAGE = '/welcome';

/** What the routes need. */
export interface ApiContext {
  store: Store;
  faults: Faults;
  /** Epoch milliseconds. */
  clock: () => number;
  apiKey: string;
  bucketOf: (operation: Operation) => TokenBucket;
  log: RequestLog;
  /** Aborted when the sandbox stops: latency is not waited out then. */
  stopping: AbortSignal;
}

/** Adds the operations, the page of the redirects, and the 404 of every other path. */
export function addApiRoutes(app: FastifyInstance, context: ApiContext): void {
  for (const [operation, method, url] of ROUTES) {
    app.route({ method, url, handler: (request, reply) => serve(context, operation, request, reply) });
  }
  app.all(PAGE, (request, reply) => {
    logged(context, null, request).status = 200;
    return sendPage(reply);
  });
  app.setNotFoundHandler((request, reply) => {
    logged(context, null, request).status = 404;
    return reply.code(404).send({ message: `There is no route ${request.method} ${request.url}.` });
  });
}

/** A body as the server's parser left it, which is text: its JSON value, or the text itself where it is not JSON. */
export function jsonOrText(body: unknown): unknown {
  if (typeof body !== 'string' || body === '') return undefined;
  const value = parseJson(body);
  return value === undefined ? body : value;
}

async function serve(
  context: ApiContext,
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { faults } = context;
  const entry = logged(context, operation, request);
  const active = faults.active(operation);
  await latency(active.latencyMs, context.stopping);
  if (context.stopping.aborted || faults.hits(active.reset)) return resetConnection(request, reply);
  const refused = refusal(context, operation, active, request);
  const answer = refused ?? worked(context, operation, active, request);
  if (refused === undefined) {
    if (faults.hits(active.lostAnswer)) return resetConnection(request, reply);
    entry.status = 200;
    const broken = sendBroken(reply, active, faults.hits);
    if (broken !== undefined) return broken;
  }
  entry.status = answer.status;
  return send(reply, withEcho(withRetryAfter(answer, active), context, active, request));
}

function logged({ log, clock }: ApiContext, operation: Operation | null, request: FastifyRequest) {
  const { method, url: path } = request;
  return log.add({ at: clock(), operation, method, path, body: jsonOrText(request.body) ?? null });
}

/** What is refused before the operation's work, if anything. */
function refusal(
  context: ApiContext,
  operation: Operation,
  active: FaultSettings,
  request: FastifyRequest,
): Answer | undefined {
  const { faults } = context;
  if (faults.hits(active.routesMissing)) return failure(404, 'Not Found');
  if (faults.hits(active.redirect)) {
    return { status: active.redirectStatus, body: undefined, headers: { location: PAGE } };
  }
  if (faults.hits(active.throttle)) return failure(429, 'Too many requests.');
  if (faults.hits(active.serverError)) return failure(active.serverErrorStatus, 'Internal server error.');
  if (faults.hits(active.rejectKey)) return failure(active.rejectStatus, 'The key is not accepted.');
  if (request.headers.authorization !== `token ${context.apiKey}`) {
    return failure(401, 'The key is missing or wrong: send "authorization: token KEY".');
  }
  return throttled(context.bucketOf(operation)) ?? badRequest(context, active, request);
}

function throttled(bucket: TokenBucket): Answer | undefined {
  const taken = bucket.take();
  if (taken.ok) return undefined;
  const seconds = Math.ceil(taken.waitMs / 1000);
  return { ...failure(429, 'Too many requests.'), headers: { 'retry-after': String(seconds) } };
}

/** A body that is not JSON is left to the operation's check, which refuses it: it is not an object. */
function badRequest(
  { faults }: ApiContext,
  active: FaultSettings,
  request: FastifyRequest,
): Answer | undefined {
  if (faults.hits(active.badRequest)) return failure(400, 'Bad request.');
  const id = pathId(request.params);
  if (typeof id?.value === 'string' && active.refuse.includes(id.value)) {
    return failure(400, `${id.name}: ${id.value} is refused.`);
  }
  if (request.body === undefined || request.body === '') return undefined;
  if (/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return undefined;
  return failure(400, 'The body must be JSON: send "content-type: application/json".');
}

function worked(
  context: ApiContext,
  operation: Operation,
  active: FaultSettings,
  request: FastifyRequest,
): Answer {
  const { faults, store, clock } = context;
  const dice = faults.variation(`${request.method} ${request.url}`);
  const call: Call = {
    params: request.params,
    query: request.query,
    body: jsonOrText(request.body),
    now: clock(),
    store,
    faults: active,
    variety: active.variety,
    dice,
    strikes: faults.hits,
    spares: (id) => faults.spares(id, active),
  };
  const answer = distort(operation, WORK[operation](call), active, faults.hits);
  return vary(operation, answer, active.variety, dice);
}

function withRetryAfter(
  answer: Answer,
  { retryAfterOn, retryAfter, retryAfterSeconds }: FaultSettings,
): Answer {
  const value = retryAfter ?? retryAfterSeconds;
  if (value === null || !retryAfterOn.includes(answer.status)) return answer;
  return { ...answer, headers: { 'retry-after': String(value), ...answer.headers } };
}

/** A careless gateway: its errors show what it was sent. */
function withEcho(
  answer: Answer,
  { faults }: ApiContext,
  { echoHeaders }: FaultSettings,
  request: FastifyRequest,
): Answer {
  const { status, body } = answer;
  if (status < 400 || typeof body !== 'object' || body === null || !faults.hits(echoHeaders)) return answer;
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
  const message = 'message' in body ? body.message : '';
  return { ...answer, body: { ...body, message: `${message} The request had ${headers.join(', ')}.` } };
}

function send(reply: FastifyReply, { status, headers = {}, body }: Answer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

async function latency(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) return;
  // Only the stop of the sandbox ends it early; no client waits for the answer then.
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
