/** The session operations: checked on the way out, read tolerantly on the way in. */
import * as guards from './guards.ts';
import type { Listing } from './listing.ts';
import { allRows, PAGE_LIMIT, wholeList } from './listing.ts';
import * as models from './models.ts';
import type { CallOptions, Send } from './request.ts';
import { queryOf } from './request.ts';

/** A page of the list: `page` from 1, `limit` sessions a page. */
export interface ListQuery {
  page?: number;
  limit?: number;
}

/** A bulk stop may use a `not` filter only where the caller says so. */
export interface BulkStopOptions extends CallOptions {
  allowNegation?: boolean;
}

/** The whole list, and what it proves. */
export interface RollCall {
  /** The sessions by id. */
  sessions: Map<string, models.SessionContext>;
  /** Whether an id that is not in `sessions` is absent: see {@link wholeList}. */
  steady: boolean;
}

/** The operations on sessions. Every method rejects with a SessionsApiError. */
export function sessionOperations(send: Send) {
  return { ...oneSession(send), ...manySessions(send), ...sessionUsers(send) };
}

function oneSession(send: Send) {
  return {
    /**
     * Deletes a session. It does not stop its deployment. A 2xx says that it happened, whatever the answer
     * holds.
     */
    async sessionDelete(sessionId: string, call?: CallOptions): Promise<models.SessionDelete> {
      const operation = 'sessionDelete';
      const path = guards.sessionPath(operation, sessionId);
      const answer = models.sessionDelete;
      return await send({ operation, kind: 'change', method: 'delete', path, answer }, call);
    },

    /** A session with its details. */
    async getSession(sessionId: string, call?: CallOptions): Promise<models.SessionGet> {
      const operation = 'getSession';
      const path = guards.sessionPath(operation, sessionId);
      const answer = models.sessionGet;
      return await send({ operation, kind: 'question', method: 'get', path, answer }, call);
    },

    /** Creates a session. Never repeated: a second one would be another session. */
    async sessionPost(payload: models.SessionModel, call?: CallOptions): Promise<models.SessionRequest> {
      const operation = 'sessionPost';
      const body = guards.checkedPayload(operation, models.sessionModel, payload);
      const answer = models.sessionRequest;
      return await send(
        { operation, kind: 'creation', method: 'post', path: 'v1/session', body, answer },
        call,
      );
    },
  };
}

function manySessions(send: Send) {
  async function listSessions({ page, limit }: ListQuery = {}, call?: CallOptions): Promise<models.Sessions> {
    const path = `v1/sessions${queryOf({ page, limit })}`;
    const answer = models.sessions;
    return await send({ operation: 'listSessions', kind: 'question', method: 'get', path, answer }, call);
  }

  const listing = (call?: CallOptions): Listing<models.SessionContext> => ({
    fetchPage: (page) => listSessions({ page, limit: PAGE_LIMIT }, call),
    idOf: (session) => session.session_id,
  });

  return {
    /** A page of the list. */
    listSessions,

    /** All sessions, each once, page by page. A session that moves between pages meanwhile may be missed. */
    allSessions: (call?: CallOptions) => allRows(listing(call)),

    /** All sessions at once, and whether an id that is not among them is absent. */
    async rollCall(call?: CallOptions): Promise<RollCall> {
      const { rows, steady } = await wholeList(listing(call));
      return { sessions: rows, steady };
    },

    /**
     * Deletes **every** session that matches the filter. Guarded: see {@link guards.checkedBulkStop}.
     * @returns the ids that are stopped; `processable` is undefined where the answer cannot be read, which
     * proves nothing.
     */
    async sessionsBulkStop(
      payload: models.SessionBulkStopPayload,
      { allowNegation = false, ...call }: BulkStopOptions = {},
    ): Promise<models.SessionBulkStopResponse> {
      const operation = 'sessionsBulkStop';
      const schema = models.sessionBulkStopPayload;
      const body = guards.checkedBulkStop(operation, schema, payload, allowNegation);
      const path = 'v1/sessions/bulk-stop';
      const answer = models.sessionBulkStopResponse;
      return await send({ operation, kind: 'change', method: 'post', path, body, answer }, call);
    },
  };
}

function sessionUsers(send: Send) {
  const change =
    (operation: 'putUsersSession' | 'deleteUsersSession', method: 'put' | 'delete') =>
    async (
      sessionId: string,
      payload: models.PatchSessionModel,
      call?: CallOptions,
    ): Promise<models.UsersChanged> => {
      const path = `${guards.sessionPath(operation, sessionId)}/users`;
      const body = guards.checkedPayload(operation, models.patchSessionModel, payload);
      return await send({ operation, kind: 'change', method, path, body, answer: models.usersChanged }, call);
    };

  return {
    /** The users of a session. */
    async getUsersSession(sessionId: string, call?: CallOptions): Promise<models.SessionUserContext> {
      const operation = 'getUsersSession';
      const path = `${guards.sessionPath(operation, sessionId)}/users`;
      const answer = models.sessionUserContext;
      return await send({ operation, kind: 'question', method: 'get', path, answer }, call);
    },

    /** Adds users to a session. A 2xx says that it happened, whatever the answer holds. */
    putUsersSession: change('putUsersSession', 'put'),

    /** Removes users from a session. A 2xx says that it happened, whatever the answer holds. */
    deleteUsersSession: change('deleteUsersSession', 'delete'),
  };
}
