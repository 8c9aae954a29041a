/** The register in the table, where all environments see it: an item `user#SESSION#ADDRESS` for each user. */
import * as v from 'valibot';
import { readAs } from '../runtime/schema.ts';
import type { Item } from './attributes.ts';
import { untilFailure } from './batches.ts';
import { MemoryError } from './errors.ts';
import { isHeld, type Register, type Standing } from './register.ts';
import type { Table } from './table.ts';

/** The attributes of a user's item. An item with `leaving` alone holds no change: only a removal that is held back. */
const standingItem = v.object({
  id: v.string(),
  moment: v.string(),
  time: v.string(),
  event: v.string(),
  action: v.picklist(['join', 'leave']),
  applied: v.boolean(),
  assumed: v.optional(v.boolean(), false),
});
const heldItem = v.object({ leaving: v.optional(v.string()) });

const STANDS = '#moment = :moment';
const CLAIM = `attribute_not_exists(#moment)
  OR (#moment <= :moment
    AND NOT (#applied = :applied AND #time = :time AND #event = :event AND #action = :action))`;
const HOLD = `attribute_not_exists(#moment)
  OR (#applied = :applied AND #action = :join AND #moment < :leaving)`;

/**
 * The register for one batch. The first request that the table does not answer ends all of its operations.
 * @param signal ends them, too.
 */
export function createTableRegister(table: Table, signal: AbortSignal): Register {
  const failFast = untilFailure(signal);

  async function standing(id: string): Promise<Standing | undefined> {
    const items = await failFast((stopping) => table.get([id], stopping));
    return standingOf(items.get(id));
  }

  return {
    async claim(entry) {
      const { id, ...values } = entry;
      const condition = { expression: CLAIM, values: { ...values, applied: true } };
      const item = { ...entry, applied: false };
      const written = await failFast((stopping) => table.putIf(item, condition, stopping));
      if (written !== undefined) return { won: true, held: isHeld(entry, leavingOf(written.replaced)) };
      const winner = await standing(id);
      if (winner !== undefined) return { won: false, standing: winner };
      throw new MemoryError(`The memory refused to write ${id}, and holds nothing there`);
    },
    async confirm({ id, moment }) {
      const condition = { expression: STANDS, values: { moment } };
      const marked = await failFast((stopping) => table.update(id, { applied: true }, condition, stopping));
      return marked ? undefined : await standing(id);
    },
    async assume({ id, moment }) {
      const condition = { expression: STANDS, values: { moment } };
      const set = { applied: true, assumed: true };
      await failFast((stopping) => table.update(id, set, condition, stopping));
    },
    async hold({ id, moment }) {
      const condition = { expression: HOLD, values: { applied: true, join: 'join' } };
      await failFast((stopping) => table.update(id, { leaving: moment }, condition, stopping));
    },
  };
}

function standingOf(item: Item | undefined): Standing | undefined {
  if (item?.moment === undefined) return undefined;
  const read = readAs(standingItem, item);
  if (read !== undefined) return read;
  throw new MemoryError(`The memory holds ${item.id} in another form than this version writes`);
}

function leavingOf(item: Item | undefined): string | undefined {
  return readAs(heldItem, item)?.leaving;
}
