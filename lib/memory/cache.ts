/** What this environment knows of one kind of item: it stands before the table. */
import { LruMap } from 'toad-cache';
import type { Item } from './attributes.ts';
import type { ItemKind } from './items.ts';

/** A cache of one kind of thing. Those that were not used for the longest time leave first. */
export interface Cache<T> {
  /** The items of those that may have changed: what is final need not be asked for again. */
  open(ids: readonly string[]): string[];
  /** Takes in what was read, and returns all that is known about these. */
  learn(ids: readonly string[], items: ReadonlyMap<string, Item>): ReadonlyMap<string, T>;
  /** Keeps a value, unless a final one is known. Returns the item to write. */
  set(id: string, value: T): Item;
}

/** An empty cache. @param size things that it holds. */
export function createCache<T>(kind: ItemKind<T>, size: number): Cache<T> {
  const values = new LruMap<T>(size);
  const isOpen = (id: string): boolean => {
    const value = values.get(id);
    return value === undefined || !kind.isFinal(value);
  };
  return {
    open: (ids) => ids.filter(isOpen).map(kind.itemId),
    learn(ids, items) {
      const known = new Map<string, T>();
      for (const id of ids) {
        const value = kind.read(items.get(kind.itemId(id))) ?? values.get(id);
        if (value === undefined) continue;
        known.set(id, value);
        values.set(id, value);
      }
      return known;
    },
    set(id, value) {
      if (isOpen(id) || kind.isFinal(value)) values.set(id, value);
      return kind.write(id, value);
    },
  };
}
