/** The storm: many matches of ten players that end together. Pure. */
import { seededRandom, shuffled } from './random.ts';

const PLAYERS = 10;

/** One event of a storm. */
export interface StormEvent {
  type: 'match.ended' | 'user.left';
  data: { session_id: string; ip_list?: string[] };
  id: string;
}

/** A session that a storm ends, in the form that the sandbox takes. */
export interface StormSession {
  session_id: string;
  users: string[];
}

/** Returns the sessions of a storm, `storm-SEED-0`, `storm-SEED-1` and so on, with ten users each. */
export function stormSessions(matches: number, seed: number): StormSession[] {
  return Array.from({ length: matches }, (_, match) => ({
    session_id: `storm-${seed}-${match}`,
    users: Array.from({ length: PLAYERS }, (_, player) => ipOf(match * PLAYERS + player)),
  }));
}

/**
 * Returns the events of a storm: ten `user.left` and one `match.ended` for each match, match after match.
 * With `shuffle` all of them are in an order that the seed decides.
 */
export function stormEvents(matches: number, options: { seed: number; shuffle: boolean }): StormEvent[] {
  const { seed, shuffle } = options;
  const events = stormSessions(matches, seed).flatMap(({ session_id, users }): StormEvent[] => [
    ...users.map(
      (ip, player): StormEvent => ({
        type: 'user.left',
        data: { session_id, ip_list: [ip] },
        id: `${session_id}-left-${player}`,
      }),
    ),
    { type: 'match.ended', data: { session_id }, id: `${session_id}-ended` },
  ]);
  return shuffle ? shuffled(events, seededRandom(seed)) : events;
}

function ipOf(user: number): string {
  return `10.${(user >> 16) & 255}.${(user >> 8) & 255}.${user & 255}`;
}
