/** The stream of server-sent events, and the batches that it names. */
import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import type { Live, Send } from '../live.ts';
import type { About } from '../protocol.ts';
import { safeJson } from '../safe-json.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** Bytes. */
const MOST_WAITING = 16 * 1024 * 1024;

/** The parameter of a path that names something. */
export const idParams = z.object({ id: z.string().check(z.minLength(1), z.maxLength(512)) });

/**
 * `GET /api/stream` sends what happens, as server-sent events. `GET /api/batches/:id` has what a batch did.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function addStream(app: FastifyInstance, about: About, live: Live, telemetry: Telemetry): void {
  app.get('/api/stream', async (_request, reply) => {
    const stream = new PassThrough();
    const send: Send = (name, message) => {
      // A page that takes nothing any more, such as one that is stopped in a debugger. It connects again.
      if (stream.writableLength > MOST_WAITING) stream.destroy();
      stream.write(`event: ${name}\ndata: ${safeJson(message)}\n\n`);
    };
    send('about', about);
    const close = live.open(send);
    stream.once('close', close);
    return reply.type('text/event-stream').send(stream);
  });

  app.get('/api/batches/:id', async (request) => {
    const { id } = idParams.parse(request.params);
    return telemetry.batches.entriesOf(id);
  });
}
