/** The policy of the sweep: which sessions are stale, and by which rule. Pure. */
import { matchOf, type Selector, type SessionNames } from './selectors.ts';

/** When a session is stale. Ages in milliseconds since its creation; `Infinity` switches a rule off. */
export interface SweepPolicy {
  /** A session without users. */
  emptyAfterMs: number;
  /** A session without users that is not linked to a deployment. */
  unlinkedAfterMs: number;
  /** Any session. */
  maxAgeMs: number;
  /**
   * What proves that a session without users is empty, and was not created by location, without addresses.
   * `shown`: GetSession shows its list of users. `seen`: an earlier run saw users in it. Either accepts what `seen`
   * accepts.
   */
  emptyProof: 'shown' | 'seen';
  /** Never stopped. */
  protect: readonly Selector[];
  /** Only these are stopped. None: every session may be. */
  only: readonly Selector[];
}

/** What is known about a session. `undefined`: not known, because the API did not show it. */
export interface SessionFacts extends SessionNames {
  /** In lower case, without prefix. */
  status: string | undefined;
  linked: boolean | undefined;
  users: number | undefined;
  /** Whether GetSession showed a list of its users, empty or not. */
  usersShown: boolean;
  /** Whether the session ever had users, as far as any run saw. */
  hadUsers: boolean;
  /** Epoch milliseconds. */
  createdMs: number | undefined;
}

/** Why a session is stopped. */
export type StopRule = 'error' | 'unlinked' | 'empty' | 'max-age';

/**
 * Why a session is kept. `excluded`: not in `SWEEP_ONLY`. `ending`: it ends or is gone. `alive`: no rule applies.
 * `young`: a rule applies later. `unknown`: a rule may apply, but the API does not show what it takes to be sure.
 */
export type KeepRule = 'excluded' | 'protected' | 'ending' | 'alive' | 'young' | 'unknown';

/** The decision, and the rule that made it. */
export type Verdict = ({ stop: true; rule: StopRule } | { stop: false; rule: KeepRule }) & { ageMs?: number };

const PENDING = new Set(['initializing', 'seeking', 'waiting']);
const FAILED = new Set(['error', 'unprocessable']);

/**
 * Keeps or stops a session. A session is stopped only by what is known about it: what the API does not show keeps it.
 * The platform does not show how long a session has been empty or unlinked, only when it was created: the thresholds
 * count from there.
 * @param nowMs epoch milliseconds.
 */
export function judge(session: SessionFacts, nowMs: number, policy: SweepPolicy): Verdict {
  const age = session.createdMs === undefined ? {} : { ageMs: nowMs - session.createdMs };
  const keep = (rule: KeepRule): Verdict => ({ stop: false, rule, ...age });
  const selected = policy.only.length === 0 ? 'yes' : matchOf(policy.only, session);
  const guarded = matchOf(policy.protect, session);
  if (selected === 'no') return keep('excluded');
  if (guarded === 'yes') return keep('protected');
  if (session.status === 'terminating') return keep('ending');
  const rules = rulesFor(session, policy).filter(({ afterMs }) => afterMs !== Number.POSITIVE_INFINITY);
  if (rules.length === 0) return keep('alive');
  const { ageMs } = age;
  if (ageMs === undefined) return keep('unknown');
  const broken = rules.filter(({ afterMs }) => ageMs > afterMs);
  if (broken.length === 0) return keep('young');
  const proven = broken.find(({ certain }) => certain);
  if (proven === undefined || selected === 'unknown' || guarded === 'unknown') return keep('unknown');
  return { stop: true, rule: proven.rule, ageMs };
}

/** A rule that may apply to a session: from which age, and whether it applies for certain. */
interface Applicable {
  rule: StopRule;
  afterMs: number;
  certain: boolean;
}

function rulesFor(session: SessionFacts, policy: SweepPolicy): Applicable[] {
  const maxAge: Applicable = { rule: 'max-age', afterMs: policy.maxAgeMs, certain: true };
  const { users } = session;
  if (users !== undefined && users > 0) return [maxAge];
  const rules = [...errorRule(session), ...unlinkedRule(session, policy), ...emptyRule(session, policy)];
  return [...rules.map((rule) => ({ ...rule, certain: rule.certain && users === 0 })), maxAge];
}

/** At any age: nobody can play in it. */
function errorRule({ status }: SessionFacts): Applicable[] {
  const failed = status !== undefined && FAILED.has(status);
  return failed ? [{ rule: 'error', afterMs: Number.NEGATIVE_INFINITY, certain: true }] : [];
}

function unlinkedRule({ linked }: SessionFacts, { unlinkedAfterMs }: SweepPolicy): Applicable[] {
  return linked === true ? [] : [{ rule: 'unlinked', afterMs: unlinkedAfterMs, certain: linked === false }];
}

/** A session that still waits for its deployment has the time that the rule `unlinked` allows it. */
function emptyRule(session: SessionFacts, { emptyAfterMs, emptyProof }: SweepPolicy): Applicable[] {
  const { status, linked, hadUsers, usersShown } = session;
  const pending = status === undefined ? undefined : PENDING.has(status);
  if (linked === false && pending === true) return [];
  const started = linked === true || pending === false;
  const hasAddresses = hadUsers || (emptyProof === 'shown' && usersShown);
  return [{ rule: 'empty', afterMs: emptyAfterMs, certain: started && hasAddresses }];
}
