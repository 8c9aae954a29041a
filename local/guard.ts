/**
 * Who may use the ports of the local stage: programs of this machine, and no page in a browser that came from elsewhere.
 * The stage listens on loopback alone, but a page that the developer visits runs on this machine, too.
 */
import { subscribe } from 'node:diagnostics_channel';
import { type IncomingMessage, Server, type ServerResponse } from 'node:http';

/** Why a request is refused. */
interface Refusal {
  status: 403 | 415;
  message: string;
}

const HOSTS = ['127.0.0.1', 'localhost', '[::1]'];
/** `application/json`, its relatives such as `application/cloudevents+json`, and what AWS' protocols send. */
const JSON_TYPE = /^application\/([\w.-]+\+|x-amz-)?json\b/i;

/**
 * Guards every HTTP server of this process that listens from now on, those of serverless-offline among them, which offers
 * no hook before its routes.
 * @see https://nodejs.org/docs/latest-v24.x/api/diagnostics_channel.html#event-tracingnetserverlistenasyncstart
 */
export function guardServers(): void {
  subscribe('tracing:net.server.listen:asyncStart', (message) => {
    if (typeof message !== 'object' || message === null || !('server' in message)) return;
    if (message.server instanceof Server) guard(message.server);
  });
}

/** Answers what a page could have sent in place of the server's own handlers. */
export function guard(server: Server): void {
  const handlers = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const refusal = refusalOf(request);
    if (refusal !== undefined) return refuse(response, refusal);
    for (const handler of handlers) handler.call(server, request, response);
  });
}

/**
 * 403: a `Host` that is not loopback with this port (DNS rebinding), or an `Origin` that is not loopback. 415: a body that
 * a page may send without a preflight request. With a JSON type or an `Authorization` a browser asks first.
 * @see https://fetch.spec.whatwg.org/#cors-safelisted-request-header
 */
function refusalOf({ headers, socket }: IncomingMessage): Refusal | undefined {
  const { host, origin, authorization, 'content-type': type = '' } = headers;
  const { localPort } = socket;
  if (!HOSTS.some((name) => host === `${name}:${localPort}`))
    return { status: 403, message: `Use http://127.0.0.1:${localPort}: the Host header is "${host}".` };
  if (origin !== undefined && !isLoopback(origin))
    return { status: 403, message: `Requests from pages of ${origin} are refused.` };
  if (hasBody(headers) && authorization === undefined && !JSON_TYPE.test(type))
    return { status: 415, message: 'The body must be JSON: send "content-type: application/json".' };
  return undefined;
}

function refuse(response: ServerResponse, { status, message }: Refusal): void {
  response
    .writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    .end(JSON.stringify({ message }));
}

function isLoopback(origin: string): boolean {
  return URL.canParse(origin) && HOSTS.includes(new URL(origin).hostname);
}

function hasBody(headers: IncomingMessage['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
