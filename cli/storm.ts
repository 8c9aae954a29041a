/** The storm: many matches of ten players that end together. Pure. */

const PLAYERS = 10;

/** An event of the storm. */
export interface StormEvent {
  type: 'match.ended' | 'user.left';
  data: { session_id: string; ip_list?: string[] };
  id: string;
}

/** A session that the storm will end, for the sandbox. */
export interface StormSession {
  session_id: string;
  users: string[];
}

/** The sessions of a storm: `storm-SEED-0` and on, ten users each. */
export function stormSessions(matches: number, seed: number): StormSession[] {
  return Array.from({ length: matches }, (_, match) => ({
    session_id: `storm-${seed}-${match}`,
    users: Array.from({ length: PLAYERS }, (_, player) => ipOf(match * PLAYERS + player)),
  }));
}

/**
 * The events of a storm: of each match ten `user.left` and one `match.ended`, one after the other, or (`shuffle`)
 * all in an order that the seed decides.
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

/** The items in the order that a generator of numbers in [0, 1) decides. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** Numbers in [0, 1) that the seed decides (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
