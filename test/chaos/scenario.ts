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
  /** The bodies that are no event, one for each time it is sent. */
  malformed: string[];
  /** What must be left: session id → its users, sorted. */
  left: Map<string, string[]>;
}

const USERS = 6;
const NEW_USER = '2001:db8::7';

/**
 * Makes a scenario of about `size` events: a tenth of the sessions are named by no event at all. No user both leaves and
 * joins, for the order across batches and environments is not promised.
 */
export function createScenario(seed: number, size: number): Scenario {
  const random = seededRandom(seed);
  const chance = (probability: number): boolean => random() < probability;
  const sessions = Array.from({ length: Math.ceil(size / 4) }, (_, index) => sessionOf(index));
  const left = new Map(sessions.map(({ session_id, users }) => [session_id, [...users]]));
  const events: object[] = [];

  for (const { session_id, users, deployment_request_id } of sessions) {
    const index = Number(session_id.slice(1));
    if (index % 10 === 0) continue;
    for (const ip of users.filter(() => chance(0.4))) {
      events.push({ type: 'user.left', data: { session_id, ip_list: [ip] } });
      left.set(
        session_id,
        (left.get(session_id) ?? []).filter((user) => user !== ip),
      );
    }
    if (chance(0.3)) {
      events.push({ type: 'user.joined', data: { session_id, ip_list: [NEW_USER] } });
      left.set(session_id, [...(left.get(session_id) ?? []), NEW_USER]);
    }
    if (chance(0.5)) {
      events.push({ type: 'match.ended', data: { session_id } });
      left.delete(session_id);
    }
    if (deployment_request_id === 'stopped') left.delete(session_id);
    if (index % 50 === 7) left.delete(session_id);
  }
  events.push({ type: 'deployment.stopped', data: { deployment_request_id: 'stopped' } });
  events.push({ type: 'tag.retired', data: { deployment_tags: ['retired'] } });
  events.push({ type: 'match.ended', data: { session_ids: ['never-there', 'nor-this'] } });
  events.push({ type: 'user.left', data: { session_id: 'nobody-knows', ip_list: ['10.0.0.1'] } });

  const bodies = events
    .flatMap((event) => (chance(0.2) ? [event, event] : [event]))
    .map((event) => JSON.stringify(event));
  const malformed = Array.from({ length: Math.ceil(bodies.length / 100) }, (_, index) =>
    index % 2 === 0 ? `{"broken":${index}` : JSON.stringify({ type: 'match.begun', data: { index } }),
  );
  return { sessions, bodies: shuffled([...bodies, ...malformed], random), malformed, left };
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
