/** Sessions: the list, one of them with its history, and its deletion. */
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import type { SessionsClient } from '../../lib/edgegap/client.ts';
import { createdAt } from '../../lib/edgegap/create-time.ts';
import { SessionsApiError } from '../../lib/edgegap/errors.ts';
import type { SessionContext, SessionGet } from '../../lib/edgegap/models.ts';
import type { SessionDetails, SessionPart, SessionRow } from '../protocol.ts';
import { safeJson } from '../safe-json.ts';
import type { ConsoleSource } from '../source.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { idParams } from './stream.ts';

/** Rows in one part of the list: a page of the API. */
const PART = 100;
const WHY_WITHIN_MS = 5000;

/** A deletion names what it deletes twice: in the path, and in the body that the person confirmed. */
const confirmation = z.object({ confirm: z.string() });

/** `GET /api/sessions` (NDJSON, part by part), `GET /api/sessions/:id`, `DELETE /api/sessions/:id`. */
export function addSessions(app: FastifyInstance, source: ConsoleSource, telemetry: Telemetry): void {
  app.get('/api/sessions', async (_request, reply) =>
    reply.type('application/x-ndjson').send(Readable.from(listLines(source.client))),
  );
  app.get('/api/sessions/:id', async (request) =>
    detailsOf(source, telemetry, idParams.parse(request.params).id),
  );
  app.delete('/api/sessions/:id', async (request, reply) => {
    const { id } = idParams.parse(request.params);
    if (confirmation.parse(request.body).confirm !== id)
      return reply.code(400).send({ message: 'The confirmation names another session.' });
    await source.client.sessionDelete(id);
    return {};
  });
}

async function* listLines(client: SessionsClient): AsyncGenerator<string> {
  for await (const part of listParts(client)) yield `${safeJson(part)}\n`;
}

async function* listParts(client: SessionsClient): AsyncGenerator<SessionPart> {
  let rows: SessionRow[] = [];
  try {
    for await (const session of client.allSessions()) {
      rows.push(rowOf(session));
      if (rows.length < PART) continue;
      yield { rows };
      rows = [];
    }
    yield { rows };
  } catch (error) {
    yield { rows, problem: messageOf(error) };
  }
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
  const [session, deleted] = await Promise.allSettled([
    getSession(source.client, id),
    source.memory.why(id, AbortSignal.timeout(WHY_WITHIN_MS)),
  ]);
  const found = session.status === 'fulfilled' ? session.value : undefined;
  const tombstone = deleted.status === 'fulfilled' ? deleted.value : undefined;
  const problems = [session, deleted].flatMap((one) =>
    one.status === 'rejected' ? [messageOf(one.reason)] : [],
  );
  return {
    id,
    session: found === undefined ? null : shownOf(found),
    deleted:
      tombstone === undefined
        ? null
        : { at: tombstone.deletedAtMs, by: tombstone.by, event: tombstone.event },
    history: telemetry.batches.entriesAbout(id),
    problems,
  };
}

/** @returns undefined for a session that the API does not know: 404, 410 or 400 (reference: unknown ids). */
async function getSession(client: SessionsClient, id: string): Promise<SessionGet | undefined> {
  try {
    return await client.getSession(id);
  } catch (error) {
    if (error instanceof SessionsApiError && [400, 404, 410].includes(error.status ?? 0)) return undefined;
    throw error;
  }
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
