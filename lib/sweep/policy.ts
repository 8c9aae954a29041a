/** The policy of the sweep: which sessions are stale, and by which rule. Pure. */
import type { SessionContext, SessionGet } from '../edgegap/models.ts';
import { statusOf } from '../edgegap/models.ts';

/** What protects sessions: an id, a deployment's request id or a deployment's tag; `prefix` for a trailing `*`. */
export interface Protection {
  kind: 'session' | 'deployment' | 'tag';
  text: string;
  prefix: boolean;
}

/** When a session is stale. Ages in milliseconds; `Infinity` switches a rule off. */
export interface SweepPolicy {
  /** A session without users. */
  emptyAfterMs: number;
  /** A session without users that is not linked to a deployment. */
  unlinkedAfterMs: number;
  /** Any session. */
  maxAgeMs: number;
  protect: readonly Protection[];
}

/** What a session is stopped for. */
export type StopRule = 'error' | 'unlinked' | 'empty' | 'max-age';

/** What a session is kept for; `unknown`: a rule applies, but the age cannot be told. */
export type KeepRule = 'protected' | 'ending' | 'alive' | 'young' | 'unknown';

/** The decision, and the rule that made it. */
export type Verdict = ({ stop: true; rule: StopRule } | { stop: false; rule: KeepRule }) & { ageMs?: number };

const PENDING = new Set(['INITIALIZING', 'SEEKING', 'WAITING']);
const FAILED = new Set(['ERROR', 'UNPROCESSABLE']);

/**
 * Keeps or stops a session. The platform does not tell how long a session has been empty or unlinked, only when it
 * was created: that is the age the thresholds hold for.
 * @param listed the session as the list has it.
 * @param details the session as GetSession has it: newer than the list, and with the age.
 * @param nowMs epoch milliseconds.
 * @param createdMs when it was created, where that is known without details. Epoch milliseconds.
 */
export function judge(
  listed: SessionContext,
  details: SessionGet | undefined,
  nowMs: number,
  policy: SweepPolicy,
  createdMs: number | undefined = createdAt(details?.create_time),
): Verdict {
  const age = createdMs === undefined ? {} : { ageMs: nowMs - createdMs };
  if (isProtected(listed, details, policy.protect)) return { stop: false, rule: 'protected', ...age };
  const session = details ?? listed;
  const status = session.status === undefined ? undefined : statusOf(session.status);
  if (status === 'TERMINATING') return { stop: false, rule: 'ending', ...age };
  const users = usersOf(listed, details);
  const isKnown = status !== undefined && session.linked !== undefined && users !== undefined;
  const rules = rulesFor({ status, linked: session.linked, users }, policy);
  if (rules.length === 0) return { stop: false, rule: isKnown ? 'alive' : 'unknown', ...age };
  const { ageMs } = age;
  if (ageMs === undefined) return { stop: false, rule: 'unknown' };
  const broken = rules.find(({ afterMs }) => ageMs > afterMs);
  return broken ? { stop: true, rule: broken.rule, ageMs } : { stop: false, rule: 'young', ageMs };
}

/** Users of a session: what is newer counts. Undefined where it is unknown. */
export function usersOf(listed: SessionContext, details: SessionGet | undefined): number | undefined {
  if (details === undefined) return listed.user_count;
  const users = Math.max(details.user_count ?? 0, details.session_users?.length ?? 0);
  return users === 0 ? details.user_count : users;
}

/**
 * The platform's time, such as `2024-05-26 12:00:45.831041`, in epoch milliseconds. Without a zone it is UTC.
 * Undefined when it is absent, or not a time.
 */
export function createdAt(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parts = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/.exec(text.trim());
  if (parts === null) return undefined;
  const [, day, time, fraction = '', zone = 'Z'] = parts;
  const ms = Date.parse(`${day}T${time}${fraction.slice(0, 4)}${zone}`);
  return Number.isNaN(ms) ? undefined : ms;
}

interface Facts {
  status: string | undefined;
  linked: boolean | undefined;
  users: number | undefined;
}

/**
 * The rules that may stop such a session, with their thresholds. With users it is the maximum age alone, and also
 * where one of the facts is unknown.
 */
function rulesFor({ status, linked, users }: Facts, policy: SweepPolicy) {
  const rules: { rule: StopRule; afterMs: number }[] = [];
  if (users === 0 && status !== undefined && linked !== undefined) {
    if (FAILED.has(status)) rules.push({ rule: 'error', afterMs: Number.NEGATIVE_INFINITY });
    if (!linked) rules.push({ rule: 'unlinked', afterMs: policy.unlinkedAfterMs });
    // A session that still waits for its deployment has the time that the other rule gives it.
    if (linked || !PENDING.has(status)) rules.push({ rule: 'empty', afterMs: policy.emptyAfterMs });
  }
  rules.push({ rule: 'max-age', afterMs: policy.maxAgeMs });
  return rules.filter(({ afterMs }) => afterMs !== Number.POSITIVE_INFINITY);
}

function isProtected(
  listed: SessionContext,
  details: SessionGet | undefined,
  protect: readonly Protection[],
): boolean {
  const names = {
    session: [listed.session_id],
    deployment: [listed.deployment_request_id, details?.deployment?.request_id],
    tag: details?.deployment?.tags ?? [],
  };
  return protect.some(({ kind, text, prefix }) =>
    names[kind].some((name) => (prefix ? name?.startsWith(text) : name === text)),
  );
}
