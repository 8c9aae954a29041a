/** Deletions name what they delete twice: in the path, and in the body that the person confirmed. */
import type { FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import { idParams } from './stream.ts';

const confirmation = z.object({ confirm: z.string() });

/** Adds a `DELETE` route, which refuses a body that confirms something else (400). @param path ends with `/:id` */
export function addDeletion(
  app: FastifyInstance,
  path: string,
  remove: (id: string) => Promise<unknown>,
): void {
  app.delete(path, async (request, reply) => {
    const { id } = idParams.parse(request.params);
    if (confirmation.parse(request.body).confirm !== id)
      return reply.code(400).send({ message: 'The confirmation names something else.' });
    await remove(id);
    return {};
  });
}
