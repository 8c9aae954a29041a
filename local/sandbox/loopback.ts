/** Who may use the /_sandbox routes: programs of this machine, and no page in a browser that came from elsewhere. */
import type { FastifyReply, FastifyRequest } from 'fastify';

const HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * A hook that refuses what a web page could send: a `Host` that is not loopback with this port (403; DNS rebinding),
 * an `Origin` that is not loopback (403), and a body that is not `application/json` (415; a form or `text/plain`
 * needs no permission from the browser's preflight request).
 */
export async function refuseOthers(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const { host, origin, 'content-type': type = '' } = request.headers;
  const { localPort } = request.socket;
  if (!HOSTS.some((name) => host === `${name}:${localPort}`)) {
    return reply
      .code(403)
      .send({ message: `Use http://127.0.0.1:${localPort}: the Host header is "${host}".` });
  }
  if (origin !== undefined && !isLoopback(origin)) {
    return reply.code(403).send({ message: `Requests from pages of ${origin} are refused.` });
  }
  if (hasBody(request) && !/^application\/json\b/i.test(type)) {
    return reply.code(415).send({ message: 'The body must be JSON: send "content-type: application/json".' });
  }
  return undefined;
}

function isLoopback(origin: string): boolean {
  return URL.canParse(origin) && HOSTS.includes(new URL(origin).hostname);
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
