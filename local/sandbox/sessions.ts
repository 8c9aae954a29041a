/** The operations on sessions: one call in, an answer out. */
import { bulkStop } from './bulk-stop.ts';
import { type Answer, type Call, failure, ok, withChecked, withPathId } from './call.ts';
import { check } from './check.ts';
import { phaseOf } from './deployment-store.ts';
import { listQuery, patchSessionModel, sessionModel, sessionsBulkStopPayload } from './models.ts';
import { pageOf } from './paging.ts';
import type { SandboxSession } from './store.ts';
import { asTerminating, sessionContext, sessionGet, sessionUsers } from './views.ts';

/** GetSession. */
export function getSession(call: Call): Answer {
  const details = (session: SandboxSession): Answer => {
    const deployment = call.store.deployments.get(session.deployment_request_id ?? '');
    return ok(sessionGet(session, deployment, call.now));
  };
  return onSession(call, details, {
    ending: (session) => details(asTerminating(session)),
    unknownMayBe400: true,
  });
}

/** SessionDelete. */
export function sessionDelete(call: Call): Answer {
  return onSession(
    call,
    (session) => {
      call.store.delete(session.session_id, call.dice.upTo(call.variety.terminatingMs));
      return deleted(session);
    },
    { ending: deleted },
  );
}

/** GetUsersSession. */
export function getUsersSession(call: Call): Answer {
  const users = (session: SandboxSession): Answer => ok(sessionUsers(session));
  return onSession(call, users, { ending: users, unknownMayBe400: true });
}

/** PutUsersSession. */
export function putUsersSession(call: Call): Answer {
  return onSession(
    call,
    (session) =>
      withAddresses(call, (addresses) => {
        if (/error|unprocessable/i.test(session.status)) {
          return failure(422, `Session ${session.session_id} is ${session.status}: it takes no users.`);
        }
        return ok(sessionUsers(call.store.addUsers(session.session_id, addresses) ?? session));
      }),
    { unknownMayBe400: true },
  );
}

/** DeleteUsersSession. */
export function deleteUsersSession(call: Call): Answer {
  return onSession(
    call,
    (session) =>
      withAddresses(call, (addresses) =>
        ok(sessionUsers(call.store.removeUsers(session.session_id, addresses) ?? session)),
      ),
    { unknownMayBe400: true },
  );
}

/** SessionPost. */
export function sessionPost({ body, store }: Call): Answer {
  return withChecked(check(sessionModel, body), (model) => {
    const deployment = model.deployment_request_id;
    const users = [...(model.ip_list ?? []), ...(model.geo_ip_list ?? []).map((user) => user.ip)];
    const [session] = store.add([
      {
        users,
        by_location: users.length === 0 && model.location !== undefined,
        webhook_url: model.webhook_url,
        ...(deployment === undefined
          ? { status: 'Status.SEEKING' }
          : {
              deployment_request_id: deployment,
              tags: [...(store.deployments.get(deployment)?.tags ?? [])],
            }),
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

/** ListSessions. */
export function listSessions(call: Call): Answer {
  return withChecked(check(listQuery, call.query), (query) => {
    const terminating = call.store.terminatingSessions().map(asTerminating);
    return pageOf(call, [...visible(call), ...terminating], query, sessionContext);
  });
}

/** SessionsBulkStop. */
export function sessionsBulkStop(call: Call): Answer {
  const { store, dice, variety, now } = call;
  return withChecked(check(sessionsBulkStopPayload, call.body), ({ filters }) =>
    bulkStop(call, filters, {
      idName: 'session_id',
      rows: visible(call),
      terminating: store.terminatingSessions(),
      idOf: ({ session_id }) => session_id,
      valuesOf: fieldOf,
      isUnknown: (field, value) => {
        if (field === 'session_id') return find(call, value) === undefined;
        const deployment = store.deployments.get(value);
        return field === 'request_id' && (!deployment || phaseOf(deployment, now) === 'Terminated');
      },
      stop: (id) => store.delete(id, dice.upTo(variety.terminatingMs)),
    }),
  );
}

/** What else a call about one session may be answered. */
interface Otherwise {
  /** Answers for a session that is Terminating; without it the session counts as terminated. */
  ending?: (session: SandboxSession) => Answer;
  /** Whether an unknown id may be a 400: no source states what these operations answer. */
  unknownMayBe400?: boolean;
}

function onSession(call: Call, work: (session: SandboxSession) => Answer, otherwise: Otherwise): Answer {
  const { store, dice, variety } = call;
  return withPathId(call, (id) => {
    const session = find(call, id);
    if (session !== undefined && !store.isDeleted(id)) return work(session);
    if (session !== undefined) {
      const { ending } = otherwise;
      return ending && !dice.hits(variety.terminatingGone) ? ending(session) : terminated(id);
    }
    if (store.isDeleted(id) && !dice.hits(variety.gone404)) return terminated(id);
    const status = otherwise.unknownMayBe400 && dice.hits(variety.unknownId400) ? 400 : 404;
    return failure(status, `There is no session ${id}.`);
  });
}

/** The session that the API knows by this id, Terminating or not. */
function find({ store, faults, now }: Call, id: string): SandboxSession | undefined {
  const session = store.get(id);
  if (session === undefined) return store.terminating(id);
  return now - session.added_at >= faults.hiddenMs ? session : undefined;
}

function visible({ store, faults, now }: Call): SandboxSession[] {
  return store.sessions().filter(({ added_at }) => now - added_at >= faults.hiddenMs);
}

function terminated(id: string): Answer {
  return failure(410, `Session ${id} is already terminated.`);
}

function deleted({ session_id, custom_id }: SandboxSession): Answer {
  return ok({ message: 'Session is being terminated.', session_id, custom_id });
}

function withAddresses({ body, faults }: Call, work: (addresses: string[]) => Answer): Answer {
  return withChecked(check(patchSessionModel, body), ({ ip_list }) => {
    const refused = ip_list.find((address) => faults.refuse.includes(address));
    return refused === undefined ? work(ip_list) : failure(400, `ip_list: ${refused} is refused.`);
  });
}

function fieldOf(session: SandboxSession, field: string): readonly string[] {
  if (field === 'session_id') return [session.session_id];
  if (field === 'deployment_tags') return session.tags;
  return session.deployment_request_id === undefined ? [] : [session.deployment_request_id];
}
