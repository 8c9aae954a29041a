/** The deleted sessions: remembered for ever, and Terminating for a while before they disappear. */
import type { SandboxSession } from './store.ts';

/** What was deleted. */
export interface Deleted {
  /** @param terminatingMs how long the API still shows it */
  add(session: SandboxSession, terminatingMs: number): void;
  has(id: string): boolean;
  /** In the order of their deletion. */
  ids(): string[];
  /** Those that the API still shows, in the order of their deletion. */
  terminating(): SandboxSession[];
  /** The session, while the API still shows it. */
  terminatingOne(id: string): SandboxSession | undefined;
  clear(): void;
}

/** Nothing deleted yet. @param clock epoch milliseconds */
export function createDeleted(clock: () => number): Deleted {
  const deleted = new Map<string, { session: SandboxSession; goneAt: number }>();
  return {
    add: (session, terminatingMs) =>
      deleted.set(session.session_id, { session, goneAt: clock() + terminatingMs }),
    has: (id) => deleted.has(id),
    ids: () => [...deleted.keys()],
    terminating: () => {
      const now = clock();
      return [...deleted.values()].filter(({ goneAt }) => goneAt > now).map(({ session }) => session);
    },
    terminatingOne: (id) => {
      const entry = deleted.get(id);
      return entry && entry.goneAt > clock() ? entry.session : undefined;
    },
    clear: () => deleted.clear(),
  };
}
