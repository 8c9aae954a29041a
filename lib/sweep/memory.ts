/** What one environment remembers from run to run of the sweep. */
import { FifoMap } from 'toad-cache';
import type { Known } from './facts.ts';

/** Sessions remembered, each for a day: the oldest leave first. */
const MOST_SESSIONS = 200_000;
const REMEMBERED_MS = 24 * 3_600_000;

/** The memory of one environment. */
export interface SweepMemory {
  /** What is known about a session; nothing where it is new. */
  known(sessionId: string): Known & { lookedMs?: number };
  /** Adds what a look or a list showed. What is undefined changes nothing. */
  learn(sessionId: string, news: Known & { lookedMs?: number }): void;
  /** The page (from 1) where the next run starts to list. */
  startPage(): number;
  startAt(page: number): void;
  /** Sessions stopped since a time in epoch milliseconds. Earlier stops are forgotten. */
  stopsSince(ms: number): number;
  rememberStops(sessions: number, nowMs: number): void;
}

/** An empty memory. */
export function createSweepMemory(): SweepMemory {
  const sessions = new FifoMap<Known & { lookedMs?: number }>(MOST_SESSIONS, REMEMBERED_MS);
  let page = 1;
  let stops: { atMs: number; sessions: number }[] = [];
  const known: SweepMemory['known'] = (sessionId) => sessions.get(sessionId) ?? {};
  return {
    known,
    learn(sessionId, news) {
      const defined = Object.entries(news).filter(([, value]) => value !== undefined);
      sessions.set(sessionId, { ...known(sessionId), ...Object.fromEntries(defined) });
    },
    startPage: () => page,
    startAt(next) {
      page = next;
    },
    stopsSince(ms) {
      stops = stops.filter(({ atMs }) => atMs > ms);
      return stops.reduce((sum, stop) => sum + stop.sessions, 0);
    },
    rememberStops(stopped, nowMs) {
      if (stopped > 0) stops = [...stops, { atMs: nowMs, sessions: stopped }];
    },
  };
}
