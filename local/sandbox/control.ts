/** The /_sandbox routes: faults, the log, seeding and the state. They need no key and have no limit and no fault. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import * as z from 'zod/mini';
import { type Checked, check } from './check.ts';
import { newDeployments } from './deployment-models.ts';
import { phaseOf } from './deployment-store.ts';
import { newSessions } from './models.ts';
import { type ApiContext, jsonOrText } from './routes.ts';
import { seedPopulation } from './seed.ts';
import type { Store } from './store.ts';

/** The body of POST /_sandbox/reset. */
const reset = z.strictObject({ to: z._default(z.enum(['evening', 'empty']), 'evening') });

/** Adds the /_sandbox routes. The local stage keeps them to programs of this machine (local/guard.ts). */
export function addControlRoutes(app: FastifyInstance, context: ApiContext): void {
  addSettings(app, context);
  addState(app, context);
}

function addSettings(routes: FastifyInstance, { faults, log }: ApiContext): void {
  routes.get('/_sandbox/faults', async () => faults.get());
  routes.put('/_sandbox/faults', async (request, reply) => {
    const checked = faults.check(jsonOrText(request.body));
    return withValue(reply, checked, (value) => faults.set(value));
  });
  routes.delete('/_sandbox/faults', async () => faults.clear());
  routes.get('/_sandbox/requests', async () => log.entries());
  routes.delete('/_sandbox/requests', async (_request, reply) => {
    log.clear();
    return reply.code(204).send();
  });
}

function addState(routes: FastifyInstance, { store, faults, log, clock }: ApiContext): void {
  routes.get('/_sandbox/state', async () => stateOf(store, clock()));
  routes.post('/_sandbox/sessions', async (request, reply) =>
    withValue(reply, check(newSessions, jsonOrText(request.body)), (sessions) => ({
      created: store.add(sessions).length,
    })),
  );
  routes.post('/_sandbox/deployments', async (request, reply) =>
    withValue(reply, check(newDeployments, jsonOrText(request.body)), (deployments) => ({
      created: store.deployments.add(deployments).length,
    })),
  );
  routes.post('/_sandbox/reset', async (request, reply) =>
    withValue(reply, check(reset, jsonOrText(request.body) ?? {}), ({ to }) => {
      store.clear();
      faults.clear();
      log.clear();
      if (to === 'evening') seedPopulation(store, clock());
      return stateOf(store, clock());
    }),
  );
}

/** 400 for a wrong body; 409 for one that the state does not allow. */
function withValue<T>(reply: FastifyReply, checked: Checked<T>, work: (value: T) => unknown): unknown {
  if (!checked.ok) return reply.code(400).send({ message: checked.reason });
  try {
    return work(checked.value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return reply.code(409).send({ message: error.message });
  }
}

function stateOf(store: Store, now: number) {
  const { deployments } = store;
  return {
    sessions: store.sessions(),
    terminating: store.terminatingSessions().map(({ session_id }) => session_id),
    deleted: store.deletedIds(),
    deployments: deployments.all().map((one) => ({ ...one, status: phaseOf(one, now) })),
  };
}
