/** The local stage's own controls: events by hand, storms, faults, and the way back to the start. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import * as z from 'zod/mini';
import { checkEvent } from '../../events/index.ts';
import { generateSchemas } from '../../events/schemas/generate.ts';
import { publishEvents } from '../../lib/sqs/publish.ts';
import type { EventTypeInfo } from '../answers.ts';
import type { Live } from '../live.ts';
import type { ConsoleSource, Sandbox } from '../source.ts';

const newEvent = z.object({ event: z.unknown(), evenIfInvalid: z._default(z.boolean(), false) });
const storm = z.object({ matches: z.int().check(z.gte(1), z.lte(5000)) });
const reset = z.object({ confirm: z.literal('reset') });

/** Adds the routes of the local stage. @param sandbox its controls */
export function addSandbox(app: FastifyInstance, source: ConsoleSource, sandbox: Sandbox, live: Live): void {
  addEvents(app, source);
  addFaults(app, sandbox);
  addStage(app, sandbox, live);
}

function addEvents(app: FastifyInstance, { events: { client, url } }: ConsoleSource): void {
  app.get(
    '/api/event-types',
    async (): Promise<EventTypeInfo[]> =>
      [...generateSchemas()].map(([file, schema]) => ({ type: file.replace(/\.json$/, ''), schema })),
  );
  app.post('/api/events', async (request, reply) => {
    const { event, evenIfInvalid } = newEvent.parse(request.body);
    const checked = checkEvent(event);
    if (!checked.ok && !evenIfInvalid)
      return reply.code(422).send({ message: 'The event is not valid.', violations: checked.violations });
    const { messageIds, failed } = await publishEvents([event], { client, queueUrl: url });
    const [failure] = failed;
    if (failure !== undefined)
      return reply.code(502).send({ message: `${failure.code}: ${failure.message}` });
    return { id: messageIds[0] };
  });
}

/** The sandbox checks what it takes: its answers are handed on. */
function addFaults(app: FastifyInstance, { url }: Sandbox): void {
  const address = `${url}/_sandbox/faults`;
  app.get('/api/faults', async (_request, reply) => handOn(reply, await fetch(address)));
  app.put('/api/faults', async (request, reply) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(request.body);
    return handOn(reply, await fetch(address, { method: 'PUT', headers, body }));
  });
  app.delete('/api/faults', async (_request, reply) =>
    handOn(reply, await fetch(address, { method: 'DELETE' })),
  );
}

function addStage(app: FastifyInstance, sandbox: Sandbox, live: Live): void {
  let storming = false;
  app.post('/api/storm', async (request, reply) => {
    const { matches } = storm.parse(request.body);
    if (storming) return reply.code(409).send({ message: 'A storm is under way.' });
    storming = true;
    try {
      await sandbox.storm(matches, (done, total) => live.progress({ what: 'storm', done, total }));
    } finally {
      storming = false;
      live.progress({ what: 'storm', done: 1, total: 1 });
    }
    return {};
  });
  app.post('/api/reset', async (request) => {
    reset.parse(request.body);
    await sandbox.reset();
    return {};
  });
}

async function handOn(reply: FastifyReply, answer: Response): Promise<unknown> {
  reply.code(answer.status);
  return await answer.json();
}
