/** The HTTP side of the eight operations: the log, the faults, the key and the rate limit around each. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { FaultSettings } from './faults.ts';
import type { Operation } from './models.ts';
import { type Answer, failure, pathId, WORK, type World } from './operations.ts';
import type { TokenBucket } from './rate.ts';
import type { RequestLog } from './request-log.ts';

const ROUTES: readonly [Operation, HTTPMethods, string][] = [
  ['sessionPost', 'POST', '/v1/session'],
  ['getSession', 'GET', '/v1/session/:session_id'],
  ['sessionDelete', 'DELETE', '/v1/session/:session_id'],
  ['getUsersSession', 'GET', '/v1/session/:session_id/users'],
  ['putUsersSession', 'PUT', '/v1/session/:session_id/users'],
  ['deleteUsersSession', 'DELETE', '/v1/session/:session_id/users'],
  ['listSessions', 'GET', '/v1/sessions'],
  ['sessionsBulkStop', 'POST', '/v1/sessions/bulk-stop'],
];

/** What the routes need. */
export interface ApiContext extends World {
  apiKey: string;
  bucket: TokenBucket;
  log: RequestLog;
  /** Aborted when the sandbox stops: latency is not waited out then. */
  stopping: AbortSignal;
}

/** Adds the eight operations and the 404 of every other path. */
export function addApiRoutes(app: FastifyInstance, context: ApiContext): void {
  for (const [operation, method, url] of ROUTES) {
    app.route({ method, url, handler: (request, reply) => serve(context, operation, request, reply) });
  }
  app.setNotFoundHandler((request, reply) => {
    logged(context, null, request).status = 404;
    return reply.code(404).send({ message: `There is no route ${request.method} ${request.url}.` });
  });
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
  if (context.stopping.aborted || faults.hit(active.reset)) return resetConnection(request, reply);
  const refused = refusal(context, active, request);
  const answer = refused ?? WORK[operation](context, asked(request));
  if (refused === undefined && faults.hit(active.lostAnswer)) return resetConnection(request, reply);
  if (refused === undefined && faults.hit(active.notJson)) {
    entry.status = 200;
    return reply.code(200).type('text/html').send('<html><body>Welcome</body></html>');
  }
  entry.status = answer.status;
  return reply
    .code(answer.status)
    .headers(answer.headers ?? {})
    .send(answer.body);
}

function logged(context: ApiContext, operation: Operation | null, request: FastifyRequest) {
  const { method, url: path } = request;
  const body = jsonOrText(request.body) ?? null;
  return context.log.add({ at: context.clock(), operation, method, path, body });
}

function refusal(context: ApiContext, active: FaultSettings, request: FastifyRequest): Answer | undefined {
  const { faults } = context;
  if (faults.hit(active.routesMissing)) return failure(404, 'Not Found');
  if (faults.hit(active.throttle)) return throttled(active.retryAfterSeconds);
  if (faults.hit(active.serverError)) return failure(500, 'Internal server error.');
  if (faults.hit(active.rejectKey) || request.headers.authorization !== `token ${context.apiKey}`) {
    return failure(401, 'The key is missing or wrong: send "authorization: token KEY".');
  }
  const taken = context.bucket.take();
  if (!taken.ok) return throttled(Math.ceil(taken.waitMs / 1000));
  const id = pathId(request.params);
  if (typeof id === 'string' && active.refuse.includes(id))
    return failure(400, `session_id: ${id} is refused.`);
  return contentProblem(request);
}

function throttled(seconds: number | null): Answer {
  const refused = failure(429, 'Too many requests.');
  return seconds === null ? refused : { ...refused, headers: { 'retry-after': String(seconds) } };
}

/** A body that is text and no JSON is left to the operation's check, which refuses it as no object. */
function contentProblem(request: FastifyRequest): Answer | undefined {
  if (request.body === undefined || request.body === '') return undefined;
  if (/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return undefined;
  return failure(400, 'The body must be JSON: send "content-type: application/json".');
}

function asked(request: FastifyRequest) {
  return { params: request.params, query: request.query, body: jsonOrText(request.body) };
}

/** A body as the server's parser left it, which is text: its JSON value, the text itself where it is none. */
export function jsonOrText(body: unknown): unknown {
  if (typeof body !== 'string' || body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

async function latency(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) return;
  // Only the stop of the sandbox ends it early, and then nobody waits for the answer.
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

function resetConnection(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.resetAndDestroy();
  return reply;
}
