/**
 * An API that is not our sandbox: written from the published description and the notes on the live API alone, with as
 * few rules as these leave. A test overrides what an operation answers.
 */
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import { listenLocally } from './http.ts';

/** A session as a test describes it. */
export interface ForeignSession {
  users?: string[];
  deployment?: string;
  tags?: string[];
  /** As on the wire. */
  created?: string;
  status?: string;
}

/** One request, read. */
export interface ForeignRequest {
  operation: string;
  /** The session or deployment of the path; empty where it has none. */
  id: string;
  query: URLSearchParams;
  body: { ip_list?: string[]; filters?: { field: string; filter_type: string; values: string[] }[] };
}

/** An answer; `undefined` for the usual one. A body that is a string is sent as it is. */
export type ForeignAnswer = { status: number; body?: unknown; headers?: Record<string, string> } | undefined;

/** What a test changes: by operation, or for all of them. Called with the number of this request, from 1. */
export type Override = (request: ForeignRequest, count: number) => ForeignAnswer;

const ROUTES: [RegExp, string][] = [
  [/^GET \/v1\/sessions$/, 'listSessions'],
  [/^POST \/v1\/sessions\/bulk-stop$/, 'sessionsBulkStop'],
  [/^GET \/v1\/session\/([^/]+)$/, 'getSession'],
  [/^DELETE \/v1\/session\/([^/]+)$/, 'sessionDelete'],
  [/^GET \/v1\/session\/([^/]+)\/users$/, 'getUsersSession'],
  [/^PUT \/v1\/session\/([^/]+)\/users$/, 'putUsersSession'],
  [/^DELETE \/v1\/session\/([^/]+)\/users$/, 'deleteUsersSession'],
  [/^GET \/v1\/deployments$/, 'listDeployments'],
  [/^POST \/v1\/deployments\/bulk-stop$/, 'deploymentsBulkStop'],
  [/^DELETE \/v1\/stop\/([^/]+)$/, 'deploymentStop'],
  [/^GET \/v1\/status\/([^/]+)$/, 'deploymentStatus'],
];

/** Starts it with these sessions and deployments. `sessions`, `deployments` and `requests` show its state at any time. */
export async function startForeignApi(
  initial: Record<string, ForeignSession>,
  override: Override = () => undefined,
  running: readonly string[] = [],
) {
  const sessions = new Map(Object.entries(initial));
  const deployments = new Set(running);
  const requests: ForeignRequest[] = [];
  const answerTo = (request: ForeignRequest): NonNullable<ForeignAnswer> =>
    override(request, requests.length) ??
    (/deployment/i.test(request.operation)
      ? deploymentAnswer(request, deployments)
      : usualAnswer(request, sessions));
  const server = createServer(async (incoming, response) => {
    const request = await read(incoming);
    requests.push(request);
    const { status, body = {}, headers } = answerTo(request);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  return {
    ...(await listenLocally(server)),
    sessions,
    deployments,
    requests,
    operations: () => requests.map(({ operation }) => operation),
  };
}

async function read(incoming: IncomingMessage): Promise<ForeignRequest> {
  const { pathname, searchParams: query } = new URL(incoming.url ?? '/', 'http://localhost');
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part);
  const text = Buffer.concat(parts).toString();
  const line = `${incoming.method} ${pathname}`;
  const route = ROUTES.find(([pattern]) => pattern.test(line));
  const id = route?.[0].exec(line)?.[1] ?? '';
  return { operation: route?.[1] ?? 'none', id, query, body: text === '' ? {} : JSON.parse(text) };
}

function usualAnswer(
  { operation, id, query, body }: ForeignRequest,
  sessions: Map<string, ForeignSession>,
): NonNullable<ForeignAnswer> {
  if (operation === 'listSessions') return listed(query, sessions);
  if (operation === 'sessionsBulkStop') return bulkStopped(body, sessions);
  const session = sessions.get(id);
  if (session === undefined) return { status: 404, body: { message: `no session ${id}` } };
  if (operation === 'sessionDelete') {
    sessions.delete(id);
    return { status: 200, body: { message: 'deleting', session_id: id } };
  }
  if (operation === 'getSession') return { status: 200, body: details(id, session) };
  const ips = body.ip_list ?? [];
  const others = (session.users ?? []).filter((ip) => !ips.includes(ip));
  session.users = operation === 'putUsersSession' ? [...others, ...ips] : others;
  return { status: 200, body: { session_users: session.users.map((ip) => ({ ip })) } };
}

/** As the description of 2026 has it. */
function deploymentAnswer(
  { operation, id, query, body }: ForeignRequest,
  deployments: Set<string>,
): NonNullable<ForeignAnswer> {
  if (operation === 'listDeployments')
    return paged(
      query,
      [...deployments].map((request_id) => ({ request_id, ready: true })),
    );
  if (operation === 'deploymentsBulkStop') {
    const stopped = (body.filters?.[0]?.values ?? []).filter((value) => deployments.delete(value));
    return { status: 202, body: { processable: stopped.map((request_id) => ({ request_id })) } };
  }
  if (!deployments.has(id)) return { status: 404, body: { message: `no deployment ${id}` } };
  if (operation === 'deploymentStatus')
    return { status: 200, body: { request_id: id, current_status: 'Status.READY', running: true } };
  deployments.delete(id);
  return { status: 202, body: { message: `${id} - Delete request will be processed soon` } };
}

function listed(query: URLSearchParams, sessions: ReadonlyMap<string, ForeignSession>) {
  return paged(
    query,
    [...sessions].map(([id, session]) => row(id, session)),
  );
}

function paged(query: URLSearchParams, rows: readonly object[]) {
  const [page, limit] = [Number(query.get('page') ?? 1), Number(query.get('limit') ?? 10)];
  const pages = Math.max(1, Math.ceil(rows.length / limit));
  const pagination = { number: page, has_next: page < pages, paginator: { num_pages: pages } };
  const data = rows.slice((page - 1) * limit, page * limit);
  return { status: 200, body: { data, total_count: rows.length, pagination } };
}

function bulkStopped({ filters = [] }: ForeignRequest['body'], sessions: Map<string, ForeignSession>) {
  const [filter] = filters;
  const stopped = [...sessions].filter(([id, session]) => {
    const held = { session_id: [id], request_id: [session.deployment], deployment_tags: session.tags ?? [] };
    const own = new Set<unknown>(Object.entries(held).find(([field]) => field === filter?.field)?.[1]);
    const values = filter?.values ?? [];
    return filter?.filter_type === 'all'
      ? values.every((value) => own.has(value))
      : values.some((value) => own.has(value));
  });
  for (const [id] of stopped) sessions.delete(id);
  return { status: 200, body: { processable: stopped.map(([session_id]) => ({ session_id })) } };
}

function row(id: string, { status = 'Ready', users = [], deployment }: ForeignSession) {
  return {
    session_id: id,
    status,
    ready: true,
    linked: true,
    kind: 'Seat',
    user_count: users.length,
    ...(deployment && { deployment_request_id: deployment }),
  };
}

function details(id: string, session: ForeignSession) {
  const { deployment_request_id: request_id, ...shared } = row(id, session);
  return {
    ...shared,
    create_time: session.created ?? '2026-01-01 00:00:00.000000',
    session_users: (session.users ?? []).map((ip) => ({ ip })),
    ...(request_id && { deployment: { request_id, tags: session.tags } }),
  };
}
