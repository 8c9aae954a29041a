/** The client of the Sessions API: its eight operations, checked on the way out and on the way in. */
import * as guards from './guards.ts';
import * as models from './models.ts';
import type { CallOptions, TransportOptions } from './transport.ts';
import { createTransport } from './transport.ts';

export type { Attempt, CallOptions, TransportOptions } from './transport.ts';

/** A page of the list: `page` from 1, `limit` sessions a page. */
export interface ListQuery {
  page?: number;
  limit?: number;
}

/** A bulk stop may use a `not` filter only where the caller says so. */
export interface BulkStopOptions extends CallOptions {
  allowNegation?: boolean;
}

/** The most that a page of the list holds. */
const PAGE_LIMIT = 100;

/** The shared client. */
export type SessionsClient = ReturnType<typeof createSessionsClient>;

/**
 * Makes a client. All its calls share the rate, the concurrency and the key.
 * Every method rejects with a SessionsApiError; only calls that are safe to repeat are repeated: all but `sessionPost`.
 */
export function createSessionsClient(options: TransportOptions) {
  const send = createTransport(options);

  async function listSessions({ page, limit }: ListQuery = {}, call?: CallOptions): Promise<models.Sessions> {
    const query = new URLSearchParams();
    if (page !== undefined) query.set('page', String(page));
    if (limit !== undefined) query.set('limit', String(limit));
    const path = query.size === 0 ? 'v1/sessions' : `v1/sessions?${query}`;
    const operation = 'listSessions';
    return await send({ operation, method: 'GET', path, answer: models.sessions, repeatable: true }, call);
  }

  async function patchUsers(
    operation: 'deleteUsersSession' | 'putUsersSession',
    sessionId: string,
    payload: models.PatchSessionModel,
    call?: CallOptions,
  ): Promise<models.SessionUserContext> {
    const method = operation === 'putUsersSession' ? 'PUT' : 'DELETE';
    const path = `${guards.sessionPath(operation, sessionId)}/users`;
    const body = guards.checkedPayload(operation, models.patchSessionModel, payload);
    return await send(
      { operation, method, path, body, answer: models.sessionUserContext, repeatable: true },
      call,
    );
  }

  return {
    listSessions,

    /** All sessions, page by page. A session that moves between pages meanwhile may come twice or not at all. */
    async *allSessions(call?: CallOptions): AsyncGenerator<models.SessionContext, void, undefined> {
      for (let page = 1; ; page += 1) {
        const { data = [], pagination } = await listSessions({ page, limit: PAGE_LIMIT }, call);
        yield* data;
        if (data.length === 0 || pagination?.has_next !== true) return;
      }
    },

    async rollCall(call?: CallOptions) {
      const sessions = new Map<string, models.SessionContext>();
      let steady = true;
      for (let page = 1; ; page += 1) {
        const { data = [], pagination, total_count } = await listSessions({ page, limit: PAGE_LIMIT }, call);
        for (const row of data) sessions.set(row.session_id, row);
        if (data.length === 0 || pagination?.has_next !== true) {
          steady = total_count === sessions.size;
          return { sessions, steady };
        }
      }
    },

    /** Deletes a session. It does not stop its deployment. */
    async sessionDelete(sessionId: string, call?: CallOptions): Promise<models.SessionDelete> {
      const operation = 'sessionDelete';
      const path = guards.sessionPath(operation, sessionId);
      return await send(
        { operation, method: 'DELETE', path, answer: models.sessionDelete, repeatable: true },
        call,
      );
    },

    /** A session with its details. */
    async getSession(sessionId: string, call?: CallOptions): Promise<models.SessionGet> {
      const operation = 'getSession';
      const path = guards.sessionPath(operation, sessionId);
      return await send(
        { operation, method: 'GET', path, answer: models.sessionGet, repeatable: true },
        call,
      );
    },

    /** The users of a session. */
    async getUsersSession(sessionId: string, call?: CallOptions): Promise<models.SessionUserContext> {
      const operation = 'getUsersSession';
      const path = `${guards.sessionPath(operation, sessionId)}/users`;
      return await send(
        { operation, method: 'GET', path, answer: models.sessionUserContext, repeatable: true },
        call,
      );
    },

    /** Adds users to a session. */
    putUsersSession: (sessionId: string, payload: models.PatchSessionModel, call?: CallOptions) =>
      patchUsers('putUsersSession', sessionId, payload, call),

    /** Removes users from a session. */
    deleteUsersSession: (sessionId: string, payload: models.PatchSessionModel, call?: CallOptions) =>
      patchUsers('deleteUsersSession', sessionId, payload, call),

    /** Creates a session. Never repeated: a second one would be another session. */
    async sessionPost(payload: models.SessionModel, call?: CallOptions): Promise<models.SessionRequest> {
      const operation = 'sessionPost';
      const body = guards.checkedPayload(operation, models.sessionModel, payload);
      const answer = models.sessionRequest;
      return await send(
        { operation, method: 'POST', path: 'v1/session', body, answer, repeatable: false },
        call,
      );
    },

    /** Deletes **every** session that matches the filter. Guarded: see {@link guards.checkedBulkStop}. */
    async sessionsBulkStop(
      payload: models.SessionBulkStopPayload,
      call: BulkStopOptions = {},
    ): Promise<models.SessionBulkStopResponse> {
      const operation = 'sessionsBulkStop';
      const body = guards.checkedBulkStop(payload, call.allowNegation ?? false);
      const path = 'v1/sessions/bulk-stop';
      const answer = models.sessionBulkStopResponse;
      return await send({ operation, method: 'POST', path, body, answer, repeatable: true }, call);
    },
  };
}
