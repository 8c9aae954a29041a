/** The eight operations as functions: what was asked and the store in, status and body out. */
import type { Faults } from './faults.ts';
import {
  type BulkStopFilter,
  bulkStopPayload,
  type Checked,
  check,
  listQuery,
  type Operation,
  patchSessionModel,
  sessionId,
  sessionModel,
} from './models.ts';
import type { SandboxSession, Store } from './store.ts';
import { sessionContext, sessionGet, sessionUsers } from './views.ts';

/** An HTTP answer. */
export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** What an operation is asked. */
export interface Asked {
  params: unknown;
  query: unknown;
  body: unknown;
}

/** What the operations work on. */
export interface World {
  store: Store;
  faults: Faults;
  /** Epoch milliseconds. */
  clock: () => number;
}

/** An error as the API words it. */
export function failure(status: number, message: string): Answer {
  return { status, body: { message } };
}

/** Each operation's work, by its name. */
export const WORK: Readonly<Record<Operation, (world: World, asked: Asked) => Answer>> = {
  sessionPost,
  getSession: (world, asked) => onSession(world, asked, (session) => ok(sessionGet(session, world.clock()))),
  sessionDelete: (world, asked) => onSession(world, asked, (session) => remove(world, session)),
  getUsersSession: (world, asked) => onSession(world, asked, (session) => ok(sessionUsers(session))),
  putUsersSession: (world, asked) => onSession(world, asked, (session) => putUsers(world, asked, session)),
  deleteUsersSession: (world, asked) =>
    onSession(world, asked, (session) => dropUsers(world, asked, session)),
  listSessions,
  sessionsBulkStop,
};

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function withChecked<T>(checked: Checked<T>, work: (value: T) => Answer): Answer {
  return checked.ok ? work(checked.value) : failure(400, checked.reason);
}

/** The id of the path, as the router decoded it; undefined where the path has none. */
export function pathId(params: unknown): unknown {
  return typeof params === 'object' && params !== null && 'session_id' in params
    ? params.session_id
    : undefined;
}

function onSession(world: World, asked: Asked, work: (session: SandboxSession) => Answer): Answer {
  const id = check(sessionId, pathId(asked.params));
  if (!id.ok) return failure(400, id.reason.replace(/^body/, 'session_id'));
  const session = world.store.get(id.value);
  if (session !== undefined) return work(session);
  if (world.store.isDeleted(id.value)) return failure(410, `Session ${id.value} is already terminated.`);
  return failure(404, `There is no session ${id.value}.`);
}

function remove(world: World, session: SandboxSession): Answer {
  world.store.delete(session.session_id);
  return ok({
    message: 'Session is being terminated.',
    session_id: session.session_id,
    ...(session.custom_id === undefined ? {} : { custom_id: session.custom_id }),
  });
}

function putUsers(world: World, asked: Asked, session: SandboxSession): Answer {
  return withChecked(check(patchSessionModel, asked.body), ({ ip_list }) => {
    if (/error|unprocessable/i.test(session.status)) {
      return failure(422, `Session ${session.session_id} is ${session.status}: it takes no users.`);
    }
    return ok(sessionUsers(world.store.addUsers(session.session_id, ip_list) ?? session));
  });
}

function dropUsers(world: World, asked: Asked, session: SandboxSession): Answer {
  return withChecked(check(patchSessionModel, asked.body), ({ ip_list }) =>
    ok(sessionUsers(world.store.removeUsers(session.session_id, ip_list) ?? session)),
  );
}

function sessionPost(world: World, asked: Asked): Answer {
  return withChecked(check(sessionModel, asked.body), (model) => {
    const deployment = model.deployment_request_id;
    const tags = world.store.sessions().find((one) => one.deployment_request_id === deployment)?.tags;
    const [session] = world.store.add([
      {
        users: [...(model.ip_list ?? []), ...(model.geo_ip_list ?? []).map((user) => user.ip)],
        webhook_url: model.webhook_url,
        ...(deployment === undefined
          ? { status: 'Status.SEEKING' }
          : { deployment_request_id: deployment, tags: [...(tags ?? [])] }),
      },
    ]);
    return ok({
      session_id: session?.session_id,
      app: model.app_name,
      version: model.version_name ?? '1.0.0',
      deployment_request_id: deployment,
      webhook_url: model.webhook_url,
      selectors: model.selectors,
    });
  });
}

function listSessions(world: World, asked: Asked): Answer {
  return withChecked(check(listQuery, asked.query), (query) => {
    const number = Number(query.page ?? 1);
    const limit = Number(query.limit ?? 10);
    const all = world.store.sessions();
    const pages = Math.max(1, Math.ceil(all.length / limit));
    return ok({
      data: all.slice((number - 1) * limit, number * limit).map(sessionContext),
      total_count: all.length,
      pagination: {
        number,
        next_page_number: number < pages ? number + 1 : null,
        previous_page_number: number > 1 ? number - 1 : null,
        has_next: number < pages,
        has_previous: number > 1,
        paginator: { num_pages: pages },
      },
    });
  });
}

function sessionsBulkStop(world: World, asked: Asked): Answer {
  return withChecked(check(bulkStopPayload, asked.body), ({ filters }) => {
    const { partialProcessable, refuse } = world.faults.active('sessionsBulkStop');
    const refused = refuse.find((value) => filters.some((filter) => filter.values.includes(value)));
    if (refused !== undefined) return failure(400, `filters: the value ${refused} is refused.`);
    const matches = filters.map(matcher);
    const processable: { session_id: string }[] = [];
    for (const session of world.store.sessions()) {
      const id = session.session_id;
      if (!matches.every((match) => match(session)) || world.faults.spares(id, partialProcessable)) continue;
      world.store.delete(id);
      processable.push({ session_id: id });
    }
    return ok({ processable });
  });
}

/**
 * Several filters must all match. A filter without values matches every session, as no filter does: the API does
 * not document either, and the sandbox takes the worse case so that a careless caller is found out here.
 */
function matcher(filter: BulkStopFilter): (session: SandboxSession) => boolean {
  const values = new Set(filter.values);
  return (session) => {
    if (values.size === 0) return true;
    const own = new Set(fieldOf(session, filter.field));
    if (filter.filter_type === 'all') return values.isSubsetOf(own);
    return values.isDisjointFrom(own) === (filter.filter_type === 'not');
  };
}

function fieldOf(session: SandboxSession, field: BulkStopFilter['field']): readonly string[] {
  if (field === 'session_id') return [session.session_id];
  if (field === 'deployment_tags') return session.tags;
  return session.deployment_request_id === undefined ? [] : [session.deployment_request_id];
}
