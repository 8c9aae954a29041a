/** What the API shows about a session becomes facts. Any member but the id may be absent or null: not known. Pure. */
import { wordOf } from '../../events/words.ts';
import { createdAt } from '../edgegap/create-time.ts';
import type { SessionFacts } from './policy.ts';

/** What a row of the list and GetSession both have. */
interface ShownSession {
  status?: string | null | undefined;
  linked?: boolean | null | undefined;
  user_count?: number | null | undefined;
}

/** A row of the list (SessionContext). */
export interface ListedSession extends ShownSession {
  session_id: string;
  deployment_request_id?: string | null | undefined;
}

/** A session as GetSession shows it (SessionGet). */
export interface SessionDetails extends ShownSession {
  create_time?: string | null | undefined;
  session_users?: readonly unknown[] | null | undefined;
  session_ips?: readonly unknown[] | null | undefined;
  deployment?:
    | { request_id?: string | null | undefined; tags?: readonly string[] | null | undefined }
    | null
    | undefined;
}

/** What earlier looks at a session learned. */
export interface Known {
  /** Epoch milliseconds. It never changes. */
  createdMs?: number | undefined;
  hadUsers?: boolean | undefined;
  deployment?: string | undefined;
  tags?: readonly string[] | undefined;
}

/**
 * The facts about a session.
 * @param details newer than the list: where they are there, only they say how the session is now.
 */
export function factsOf(listed: ListedSession, details?: SessionDetails, known: Known = {}): SessionFacts {
  const { status, linked } = details ?? listed;
  const deployments = [
    listed.deployment_request_id,
    details?.deployment?.request_id,
    known.deployment,
  ].filter((id) => typeof id === 'string');
  const none = linked === false && deployments.length === 0 ? [] : undefined;
  const tags = details === undefined ? known.tags : details.deployment?.tags;
  const users = details === undefined ? listed.user_count : usersIn(details);
  return {
    id: listed.session_id,
    status: wordOf(status) || undefined,
    linked: linked ?? undefined,
    users: users ?? undefined,
    usersShown: Array.isArray(details?.session_users) || Array.isArray(details?.session_ips),
    hadUsers: known.hadUsers === true || (listed.user_count ?? 0) > 0,
    createdMs: createdAt(details?.create_time) ?? known.createdMs,
    deployments: deployments.length > 0 ? deployments : none,
    tags: tags ?? none,
  };
}

/** What a look at a session teaches about it for later runs. */
export function learnedFrom(details: SessionDetails): Known {
  const { create_time, deployment } = details;
  return {
    createdMs: createdAt(create_time),
    deployment: deployment?.request_id ?? undefined,
    tags: deployment?.tags ?? undefined,
    ...((usersIn(details) ?? 0) > 0 && { hadUsers: true }),
  };
}

/** The most users that any member of the details shows. */
function usersIn({ user_count, session_users, session_ips }: SessionDetails): number | undefined {
  const counts = [user_count, session_users?.length, session_ips?.length].filter(
    (count) => typeof count === 'number',
  );
  return counts.length === 0 ? undefined : Math.max(...counts);
}
