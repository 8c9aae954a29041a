/**
 * Who may use the console: its own page, on this machine, with the token of its address. Other programs can reach a
 * port of the loopback interface, and so can a page of any site through the browser (DNS rebinding, cross-site
 * requests).
 */
import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** The page loads its own files and nothing else; no text that it shows can run. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Gives every answer its headers, and refuses a `Host` or `Origin` that is not this console's (403). */
export function guardAddress(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    const { host = '', origin } = request.headers;
    const { localPort } = request.socket;
    const isOurs = [`127.0.0.1:${localPort}`, `localhost:${localPort}`].includes(host);
    if (!isOurs) return refuse(reply, 403, `Open http://127.0.0.1:${localPort}: the Host header is another.`);
    if (origin !== undefined && origin !== `http://${host}`)
      return refuse(reply, 403, 'Requests from other pages are refused.');
    return undefined;
  });
}

/**
 * Refuses requests without the token (401), changes while the console is read-only (403), and bodies that are not JSON
 * (415). The token is a header that a page must set itself: a cookie would travel with the request of another page.
 */
export function guardApi(app: FastifyInstance, token: string, readOnly: boolean): void {
  const expected = Buffer.from(`Bearer ${token}`);
  app.addHook('onRequest', async (request, reply) => {
    const given = Buffer.from(request.headers.authorization ?? '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      return refuse(reply, 401, 'The token is missing or wrong. Open the address that the terminal shows.');
    if (request.method === 'GET') return undefined;
    if (readOnly) return refuse(reply, 403, 'This console is read-only.');
    return isJson(request) ? undefined : refuse(reply, 415, 'The body must be JSON.');
  });
}

function isJson({ headers }: FastifyRequest): boolean {
  return /^application\/json\b/i.test(headers['content-type'] ?? '');
}

function refuse(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send({ message });
}
