/**
 * A Sessions API over HTTP that may answer in any way that its description allows. A test overrides the answers that matter
 * to it; the others are kind.
 */
import { createServer } from 'node:http';
import { listenLocally } from '../support/http.ts';

/** A session as GetSession shows it; the list shows the same without `create_time` and `deployment`. */
export type OddSession = Readonly<Record<string, unknown>> & { session_id: string };

/** An HTTP answer. */
export interface Answer {
  status: number;
  body?: unknown;
}

/** Overrides of answers. What returns undefined leaves the kind answer. */
export interface Oddities {
  list?: (page: number, rows: readonly OddSession[]) => Answer | undefined;
  get?: (id: string) => Answer | undefined;
  remove?: (id: string) => Answer | undefined;
  bulkStop?: (ids: readonly string[]) => Answer | undefined;
}

const LIMIT = 100;

/** A stale session: linked, without users, an hour old. */
export function staleSession(session_id: string, more: object = {}): OddSession {
  return {
    session_id,
    status: 'Status.READY',
    ready: true,
    linked: true,
    kind: 'MATCH',
    user_count: 0,
    app_version: 1,
    elapsed: 3600,
    create_time: new Date(Date.now() - 3_600_000).toISOString().replace('T', ' ').replace('Z', '000'),
    session_users: [],
    deployment: { request_id: 'dep', tags: ['ranked'] },
    ...more,
  };
}

/** Starts the API with these sessions. */
export async function startOddApi(sessions: readonly OddSession[], oddities: Oddities = {}) {
  const alive = new Map(sessions.map((session) => [session.session_id, session]));
  const asked: string[] = [];

  function list(query: URLSearchParams): Answer {
    const page = Number(query.get('page') ?? 1);
    const rows = [...alive.values()].slice((page - 1) * LIMIT, page * LIMIT);
    const pages = Math.max(1, Math.ceil(alive.size / LIMIT));
    const next_page_number = page < pages ? page + 1 : null;
    const pagination = {
      number: page,
      next_page_number,
      previous_page_number: null,
      has_next: page < pages,
      has_previous: page > 1,
      paginator: { num_pages: pages },
    };
    const kind = { status: 200, body: { data: rows, total_count: alive.size, pagination } };
    return oddities.list?.(page, rows) ?? kind;
  }

  function get(id: string): Answer {
    const odd = oddities.get?.(id);
    if (odd !== undefined) return odd;
    const session = alive.get(id);
    return session === undefined ? { status: 404 } : { status: 200, body: session };
  }

  function remove(id: string): Answer {
    const odd = oddities.remove?.(id);
    if (odd !== undefined) return odd;
    return alive.delete(id) ? { status: 200, body: { message: 'gone', session_id: id } } : { status: 410 };
  }

  function bulkStop(ids: readonly string[]): Answer {
    const odd = oddities.bulkStop?.(ids);
    if (odd !== undefined) return odd;
    const stopped = ids.filter((id) => alive.delete(id));
    return { status: 200, body: { processable: stopped.map((session_id) => ({ session_id })) } };
  }

  function answer(method: string, url: URL, body: string): Answer {
    const [, , kind, id = ''] = url.pathname.split('/');
    if (id === 'bulk-stop') return bulkStop(JSON.parse(body).filters[0].values);
    if (kind === 'sessions') return list(url.searchParams);
    return method === 'DELETE' ? remove(id) : get(id);
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url = '' } = request;
    asked.push(`${method} ${url}`);
    const { status, body = { message: 'no' } } = answer(
      method,
      new URL(url, 'http://localhost'),
      Buffer.concat(chunks).toString(),
    );
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  return {
    ...(await listenLocally(server)),
    /** The ids that live. */
    alive: () => [...alive.keys()],
    end: (id: string) => alive.delete(id),
    change: (session: OddSession) => alive.set(session.session_id, session),
    /** The requests so far, such as `GET /v1/session/a`. */
    asked,
  };
}
