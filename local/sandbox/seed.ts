/** A believable evening for the local stage: a few dozen sessions on several deployments, some of each left over. */
import type { NewDeployment } from './deployment-models.ts';
import type { NewSession } from './models.ts';
import type { Store } from './store.ts';

const MINUTE = 60_000;

/** Something with its age in minutes. */
type Aged<T> = Omit<T, 'created_at'> & { minutes: number };

const DEPLOYMENTS = [
  { id: 'f68e01cbc63b', tags: ['ranked', 'eu-west', 'season-7'], sessions: 8, players: 4 },
  { id: '2c9a7d10e4f8', tags: ['ranked', 'us-east', 'season-7'], sessions: 8, players: 4 },
  { id: 'a417b3905dce', tags: ['casual', 'eu-west'], sessions: 7, players: 6 },
  { id: '7be02f84a1d9', tags: ['casual', 'ap-south'], sessions: 6, players: 2 },
  { id: 'd05c6e9f2b73', tags: ['tournament', 'eu-west', 'season-7'], sessions: 4, players: 10 },
] as const;

/** Servers left running: each of them costs money, and no session is linked to any. */
const LEFT_RUNNING: readonly Aged<NewDeployment>[] = [
  { request_id: '61b1be8f54d9', tags: ['ranked', 'eu-west'], session_based: true, minutes: 190 },
  { request_id: 'c0653765de3b', tags: ['casual', 'us-east'], session_based: true, minutes: 31 * 60 },
  { request_id: '0f3a9c55d817', app_name: 'arena-matchmaker', tags: ['matchmaker'], minutes: 75 },
  { request_id: '9be4410c7ad2', app_name: 'arena-lobby', tags: ['lobby'], minutes: 3 * 24 * 60 },
  { request_id: 'e81d26b0935f', tags: ['casual', 'ap-south'], failed: true, minutes: 52 },
];

/** What the README's first event and the first lines of the stage name. */
const WELL_KNOWN: readonly Aged<NewSession>[] = [
  session('abc123-s', 0, 12, ['203.0.113.7', '203.0.113.8', '198.51.100.23', '2001:db8::7']),
  session('abc124-s', 0, 9, ['203.0.113.20', '198.51.100.41']),
  session('abc125-s', 1, 4, ['192.0.2.15', '192.0.2.16', '2001:db8::15']),
];

/** Sessions that no event is about: empty, never linked, in error, far too old. */
const STALE: readonly Aged<NewSession>[] = [
  session('empty1-s', 2, 47, []),
  session('empty2-s', 3, 125, []),
  { session_id: 'unlinked1-s', status: 'Status.WAITING', users: [], minutes: 33 },
  { session_id: 'unlinked2-s', status: 'Status.SEEKING', users: ['192.0.2.78'], minutes: 1 },
  { session_id: 'error1-s', status: 'Status.ERROR', users: [], minutes: 21 },
  session('old1-s', 1, 26 * 60, ['198.51.100.99']),
];

/** Empty as the stale ones, but kept on purpose: the local stage protects `session:lobby*`. */
const PROTECTED: readonly Aged<NewSession>[] = [session('lobby-eu-s', 2, 3 * 60, [])];

/**
 * Adds the population to a store: the same ids every time, `abc123-s` among them, with ages relative to now.
 * @param now epoch milliseconds; default: the machine's clock
 * Throws a RangeError when the store has one of the ids already.
 */
export function seedPopulation(store: Store, now: number = Date.now()): void {
  const evening = [...WELL_KNOWN, ...matches(), ...STALE, ...PROTECTED];
  store.deployments.add([...hosts(evening), ...LEFT_RUNNING].map((one) => dated(one, now)));
  store.add(evening.map((one) => dated(one, now)));
}

/** The deployments of the sessions, each a few minutes older than its oldest session. */
function hosts(evening: readonly Aged<NewSession>[]): Aged<NewDeployment>[] {
  return DEPLOYMENTS.map(({ id, tags }) => {
    const ages = evening.filter((one) => one.deployment_request_id === id).map(({ minutes }) => minutes);
    return { request_id: id, tags: [...tags], session_based: true, minutes: Math.max(...ages) + 3 };
  });
}

function dated<T extends { minutes: number }>({ minutes, ...rest }: T, now: number) {
  return { ...rest, created_at: now - minutes * MINUTE };
}

function session(session_id: string, deployment: number, minutes: number, users: string[]): Aged<NewSession> {
  const { id, tags } = DEPLOYMENTS[deployment] ?? DEPLOYMENTS[0];
  return {
    session_id,
    deployment_request_id: id,
    tags: [...tags],
    users,
    kind: 'MATCH',
    minutes,
  };
}

function matches(): Aged<NewSession>[] {
  let player = 0;
  return DEPLOYMENTS.flatMap(({ id, sessions, players }, deployment) =>
    Array.from({ length: sessions }, (_, match) => {
      const users = Array.from({ length: players }, () => address(player++));
      return session(`${id.slice(0, 6)}${10 + match}-s`, deployment, 2 + match * 3 + deployment, users);
    }),
  );
}

/** From the ranges that are kept free for examples (RFC 5737, RFC 3849). */
function address(player: number): string {
  if (player % 9 === 8) return `2001:db8:1::${(player + 1).toString(16)}`;
  return `${player % 2 === 0 ? '203.0.113' : '198.51.100'}.${50 + Math.floor(player / 2)}`;
}
