/** Sessions: the list, one of them with its history, and its deletion. */
import type { FastifyInstance } from 'fastify';
import { createdAt } from '../../lib/edgegap/create-time.ts';
import type { SessionContext, SessionGet } from '../../lib/edgegap/models.ts';
import type { SessionDetails, SessionRow } from '../answers.ts';
import type { ConsoleSource } from '../source.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { addDeletion } from './confirmed.ts';
import { listLines } from './lists.ts';
import { lookAt, orUnknown } from './look.ts';
import { idParams } from './stream.ts';

const WHY_WITHIN_MS = 5000;

/** `GET /api/sessions` (lines of JSON), `GET /api/sessions/:id`, `DELETE /api/sessions/:id`. */
export function addSessions(app: FastifyInstance, source: ConsoleSource, telemetry: Telemetry): void {
  const { client, memory } = source;
  app.get('/api/sessions', async (_request, reply) =>
    reply.type('application/x-ndjson').send(listLines(client.allSessions(), rowOf)),
  );
  app.get('/api/sessions/:id', async (request) =>
    detailsOf(source, telemetry, idParams.parse(request.params).id),
  );
  addDeletion(app, '/api/sessions/:id', {
    operation: 'sessionDelete',
    remove: (id, options) => client.sessionDelete(id, options),
    remember: (sessionId, cause, signal) => memory.rememberDeleted([{ sessionId, ...cause }], signal),
  });
}

function rowOf({ session_id, status, user_count, deployment_request_id }: SessionContext): SessionRow {
  return {
    id: session_id,
    status: status ?? null,
    users: user_count ?? null,
    deployment: deployment_request_id ?? null,
  };
}

async function detailsOf(source: ConsoleSource, telemetry: Telemetry, id: string): Promise<SessionDetails> {
  const { found, remembered, problems } = await lookAt(
    orUnknown(source.client.getSession(id)),
    source.memory.why(id, AbortSignal.timeout(WHY_WITHIN_MS)),
  );
  return {
    id,
    session: found === undefined ? null : shownOf(found),
    deleted: remembered ? { at: remembered.deletedAtMs, by: remembered.by, event: remembered.event } : null,
    history: telemetry.batches.entriesAbout(id),
    problems,
  };
}

function shownOf(session: SessionGet): SessionDetails['session'] {
  const { status, linked, kind, create_time, deployment, session_users, user_count } = session;
  return {
    status: status ?? null,
    linked: linked ?? null,
    kind: kind ?? null,
    createdMs: createdAt(create_time) ?? null,
    deployment: deployment?.request_id ?? null,
    tags: deployment?.tags ?? null,
    users: session_users?.map(({ ip }) => ip) ?? null,
    userCount: user_count ?? null,
  };
}
