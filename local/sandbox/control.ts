/** The /_sandbox routes: faults, the log, seeding and the state. They need no key and know no limit and no fault. */
import type { FastifyInstance } from 'fastify';
import { parseFaults } from './faults.ts';
import { check, newSessions } from './models.ts';
import type { World } from './operations.ts';
import type { RequestLog } from './request-log.ts';
import { jsonOrText } from './routes.ts';

/** Adds the /_sandbox routes. */
export function addControlRoutes(app: FastifyInstance, { store, faults }: World, log: RequestLog): void {
  app.get('/_sandbox/faults', async () => faults.get());
  app.put('/_sandbox/faults', async (request, reply) => {
    const checked = parseFaults(jsonOrText(request.body));
    if (!checked.ok) return reply.code(400).send({ message: checked.reason });
    return faults.set(checked.value);
  });
  app.delete('/_sandbox/faults', async () => faults.clear());

  app.get('/_sandbox/requests', async () => log.entries());
  app.delete('/_sandbox/requests', async (_request, reply) => {
    log.clear();
    return reply.code(204).send();
  });

  app.post('/_sandbox/sessions', async (request, reply) => {
    const checked = check(newSessions, jsonOrText(request.body));
    if (!checked.ok) return reply.code(400).send({ message: checked.reason });
    try {
      return { created: store.add(checked.value).length };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return reply.code(409).send({ message: error.message });
    }
  });
  app.get('/_sandbox/state', async () => ({ sessions: store.sessions(), deleted: store.deletedIds() }));
}
