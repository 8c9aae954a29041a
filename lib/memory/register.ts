/**
 * The register: for each user of each session the latest change that anybody claimed. The order protocol
 * (order.ts) works on it; it stands in the table, or in an environment that remembers alone.
 */
import { LruMap } from 'toad-cache';
import { momentText, shortEvent, timeText, type UserAction, type UserChange } from './types.ts';

/** A change as the register holds it. */
export interface Entry {
  /** The user: `user#SESSION#ADDRESS`. */
  id: string;
  /** See `momentText`. It contains the event and the action: two entries of one moment are the same entry. */
  moment: string;
  /** When the event happened: its `moment` begins with it. */
  time: string;
  event: string;
  action: UserAction;
}

/** The change that stands for a user. */
export interface Standing extends Entry {
  /** Whether its action was carried out, and no later change was claimed meanwhile. */
  applied: boolean;
  /** Nothing was called for it: see {@link Register.assume}. */
  assumed: boolean;
}

/** What a claim came to. */
export type Claim =
  /** It stands now. `held`: it came after a removal that was held back and never carried out. */
  | { won: true; held: boolean }
  /** A later change stands, or the same event, which is applied. */
  | { won: false; standing: Standing };

/**
 * The register. Each operation is atomic, and sees all that was written before.
 * @throws MemoryError (from every operation) when it does not answer.
 */
export interface Register {
  /** Claims: the entry stands from now on, unless a later one stands, or the same event stands and is applied. */
  claim(entry: Entry): Promise<Claim>;
  /**
   * Looks again: marks the entry as applied where it still stands. Returns what stands in its place; undefined when
   * the entry was marked, and when nothing stands any more.
   */
  confirm(entry: Entry): Promise<Standing | undefined>;
  /** Marks a join as applied without a call where it still stands: a removal was held back, so the user was there. */
  assume(entry: Entry): Promise<void>;
  /**
   * Notes a removal that is held back. A join that claims before the removal does then knows that the user is still
   * there. Has no effect where the user may not be there: where what stands is a removal, or is not applied yet.
   */
  hold(entry: Entry): Promise<void>;
}

/** The entry of a change. */
export function entryOf(change: UserChange): Entry {
  const { sessionId, address, timeMs, event, action } = change;
  const id = `user#${sessionId}#${address}`;
  return { id, moment: momentText(change), time: timeText(timeMs), event: shortEvent(event), action };
}

/** Whether what stands is the same event, delivered or sent before, and carried out. */
export function isApplied({ time, event, action }: Entry, standing: Standing): boolean {
  return standing.applied && standing.time === time && standing.event === event && standing.action === action;
}

/** What an environment holds for a user: the change that stands, and the moment of a removal that is held back. */
interface Held {
  standing?: Standing;
  leaving?: string;
}

/**
 * The register of an environment that remembers alone.
 * @param size users that it holds; those that were not used for the longest time leave first.
 */
export function createRegister(size: number): Register {
  const users = new LruMap<Held>(size);

  function claim(entry: Entry): Claim {
    const { standing, leaving } = users.get(entry.id) ?? {};
    if (standing !== undefined && (standing.moment > entry.moment || isApplied(entry, standing)))
      return { won: false, standing };
    users.set(entry.id, { standing: { ...entry, applied: false, assumed: false } });
    return { won: true, held: isHeld(entry, leaving) };
  }

  function confirm(entry: Entry): Standing | undefined {
    const { standing, ...held } = users.get(entry.id) ?? {};
    if (standing?.moment !== entry.moment) return standing;
    users.set(entry.id, { ...held, standing: { ...standing, applied: true } });
    return undefined;
  }

  function assume(entry: Entry): void {
    const { standing } = users.get(entry.id) ?? {};
    if (standing?.moment === entry.moment)
      users.set(entry.id, { standing: { ...standing, applied: true, assumed: true } });
  }

  function hold(entry: Entry): void {
    const { standing } = users.get(entry.id) ?? {};
    if (standing === undefined) users.set(entry.id, { leaving: entry.moment });
    else if (standing.applied && standing.action === 'join' && standing.moment < entry.moment)
      users.set(entry.id, { standing, leaving: entry.moment });
  }

  return {
    claim: async (entry) => claim(entry),
    confirm: async (entry) => confirm(entry),
    assume: async (entry) => assume(entry),
    hold: async (entry) => hold(entry),
  };
}

/** Whether this is a join, and the removal that was held back when it claimed is older. */
export function isHeld(entry: Entry, leaving: string | undefined): boolean {
  return entry.action === 'join' && leaving !== undefined && leaving < entry.moment;
}
