/** What happens in a chaos run: a world of sessions, the events about it, and what must be left of it. Seeded. */
import { seededRandom, shuffled } from '../../cli/random.ts';

/** A session of the world. */
export interface ChaosSession {
  session_id: string;
  deployment_request_id: string;
  tags: string[];
  users: string[];
}

/** A run, before it starts. */
export interface Scenario {
  sessions: ChaosSession[];
  /** Bodies in the order in which they are sent: shuffled, some twice. */
  bodies: string[];
  /** Events by deployment and by tag. */
  selectors: string[];
  /** The bodies that are not events, one for each time it is sent. */
  malformed: string[];
  /** What must be left: session id → its users. */
  left: Map<string, string[]>;
  /** Users that both leave and join. */
  rejoining: number;
}

/** One thing that a user does. `timeMs` is when, epoch milliseconds. */
interface Move {
  type: 'user.left' | 'user.joined';
  ip: string;
  timeMs: number;
}

const USERS = 6;
const NEW_USER = '2001:db8::7';
const MOST_MOVES = 4;
/** A move happens this long after the one before, at least. */
const STEP_MS = 1000;

/**
 * Makes a scenario of about `size` events: a tenth of the sessions are named by no event at all. Users leave and join up
 * to four times; each move says when it happened, and the last one decides.
 * @param endMs when the last of all this has happened. Epoch milliseconds.
 */
export function createScenario(seed: number, size: number, endMs: number): Scenario {
  const random = seededRandom(seed);
  const chance = (probability: number): boolean => random() < probability;
  const sessions = Array.from({ length: Math.ceil(size / 6) }, (_, index) => sessionOf(index));
  const left = new Map(sessions.map(({ session_id, users }) => [session_id, [...users]]));
  const events: object[] = [];
  let rejoining = 0;

  for (const { session_id, users, deployment_request_id } of sessions) {
    const index = Number(session_id.slice(1));
    if (index % 10 === 0) continue;
    const moves = [...users, NEW_USER].flatMap((ip) => (chance(0.3) ? movesOf(ip, random, endMs) : []));
    events.push(...moves.map((move) => eventOf(session_id, move)));
    left.set(session_id, usersAfter(users, moves));
    rejoining +=
      new Set(moves.map(({ ip }) => ip)).size - moves.filter(({ ip }) => isAlone(ip, moves)).length;
    if (chance(0.5)) {
      events.push({ type: 'match.ended', data: { session_id } });
      left.delete(session_id);
    }
    if (deployment_request_id === 'stopped' || deployment_request_id === 'old') left.delete(session_id);
  }
  events.push({ type: 'match.ended', data: { session_ids: ['never-there', 'nor-this'] } });
  events.push({ type: 'user.left', data: { session_id: 'nobody-knows', ip_list: ['10.0.0.1'] } });

  const bodies = events
    .flatMap((event) => (chance(0.2) ? [event, event] : [event]))
    .map((event) => JSON.stringify(event));
  const malformed = Array.from({ length: Math.ceil(bodies.length / 100) }, (_, index) =>
    index % 2 === 0 ? `{"broken":${index}` : JSON.stringify({ type: 'match.begun', data: { index } }),
  );
  const selectors = [
    { type: 'deployment.stopped', data: { deployment_request_id: 'stopped' } },
    { type: 'tag.retired', data: { deployment_tags: ['retired'] } },
  ].map((event) => JSON.stringify(event));
  return {
    sessions,
    bodies: shuffled([...bodies, ...malformed], random),
    selectors,
    malformed,
    left,
    rejoining,
  };
}

function sessionOf(index: number): ChaosSession {
  // Tags are those of a deployment: no two sessions of one may differ in them.
  const isRetired = index % 50 === 7;
  return {
    session_id: `s${index}`,
    deployment_request_id: isRetired ? 'old' : index % 20 === 3 ? 'stopped' : `d${index % 5}`,
    tags: isRetired ? ['retired'] : ['live'],
    users: Array.from({ length: USERS }, (_, user) => `10.${index >> 8}.${index & 255}.${user + 1}`),
  };
}

/** A user who is there leaves first; one who is not joins first. */
function movesOf(ip: string, random: () => number, endMs: number): Move[] {
  const count = 1 + Math.floor(random() * MOST_MOVES);
  const isThere = ip !== NEW_USER;
  return Array.from({ length: count }, (_, index) => ({
    ip,
    type: (index % 2 === 0) === isThere ? ('user.left' as const) : ('user.joined' as const),
    timeMs: endMs - (count - index) * STEP_MS - Math.floor(random() * (STEP_MS / 2)),
  }));
}

function isAlone(ip: string, moves: readonly Move[]): boolean {
  return moves.filter((move) => move.ip === ip).length === 1;
}

function eventOf(session_id: string, { type, ip, timeMs }: Move): object {
  return { type, time: new Date(timeMs).toISOString(), data: { session_id, ip_list: [ip] } };
}

function usersAfter(users: readonly string[], moves: readonly Move[]): string[] {
  const there = new Set(users);
  for (const { type, ip } of moves) {
    if (type === 'user.left') there.delete(ip);
    else there.add(ip);
  }
  return [...there];
}
