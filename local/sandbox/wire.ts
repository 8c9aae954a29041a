/** Answers that break below JSON: connections that are reset, pages of HTML, bodies that never end. */
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FaultSettings } from './fault-settings.ts';

const MEGABYTE = 1024 * 1024;
/** 160 of these, compressed to 16 KB each, are 2.5 GB. */
const BOMB_MEMBER_BYTES = 16 * MEGABYTE;
const BOMB_MEMBERS = 160;
const HTML = '<html><body>Welcome</body></html>';

/** Sends the broken answer that the faults draw; undefined where they draw none. */
export function sendBroken(
  reply: FastifyReply,
  faults: FaultSettings,
  strikes: (chance: number) => boolean,
): FastifyReply | undefined {
  if (strikes(faults.notJson)) return sendPage(reply);
  if (strikes(faults.endlessBody))
    return reply.code(200).type('application/json').send(Readable.from(endless()));
  if (!strikes(faults.compressedBomb)) return undefined;
  return reply
    .code(200)
    .type('application/json')
    .header('content-encoding', 'gzip')
    .send(Readable.from(bomb()));
}

/** A page of HTML, as a proxy or a console shows one. */
export function sendPage(reply: FastifyReply): FastifyReply {
  return reply.code(200).type('text/html').send(HTML);
}

/** Resets the connection without an answer. */
export function resetConnection(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.resetAndDestroy();
  return reply;
}

/** Ends when the reader goes away. */
function* endless(): Generator<string> {
  yield '{"data":[';
  const rows = '{"session_id":"endless-s"},'.repeat(2000);
  for (;;) yield rows;
}

/** Members of gzip may follow each other (RFC 1952, 2.2): one is compressed, and sent again and again. */
function* bomb(): Generator<Buffer> {
  yield gzipSync('{"data":[');
  const spaces = gzipSync(Buffer.alloc(BOMB_MEMBER_BYTES, ' '));
  for (let member = 0; member < BOMB_MEMBERS; member += 1) yield spaces;
  yield gzipSync(']}');
}
