/** Members of a model that may differ from answer to answer. Pure but for the draws. */
import type { Dice } from '../dice.ts';
import type { Variety } from './settings.ts';

/** A model as it goes over the wire. */
export type Model = Readonly<Record<string, unknown>>;

/** Members that no description names, as an API that grows has them. */
const NEW_MEMBERS = { host_pool: { name: 'green', spare: null }, schema_revision: 7 };

/** The model with its optional members perhaps absent or null, and perhaps with some that no description names. */
export function loose(model: Model, optional: readonly string[], variety: Variety, dice: Dice): Model {
  const varied: Record<string, unknown> = { ...model };
  for (const name of optional) {
    if (varied[name] === undefined) {
      if (dice.hits(variety.nullMembers)) varied[name] = null;
    } else if (dice.hits(variety.absentMembers)) {
      varied[name] = absence(dice);
    }
  }
  return dice.hits(variety.extraMembers) ? { ...varied, ...NEW_MEMBERS } : varied;
}

/** The two ways in which a member is not there: absent or null. */
export function absence(dice: Dice): undefined | null {
  return dice.hits(0.5) ? null : undefined;
}

/** The model with its status and its kind perhaps in another spelling. */
export function respelled(model: Model, variety: Variety, dice: Dice): Model {
  const varied: Record<string, unknown> = { ...model };
  for (const name of ['status', 'current_status', 'last_status']) {
    const word = varied[name];
    if (typeof word === 'string' && dice.hits(variety.statusWords)) varied[name] = otherSpelling(word);
  }
  if (typeof varied.kind === 'string' && dice.hits(variety.kindWords)) {
    varied.kind = dice.pick([KINDS.get(varied.kind) ?? varied.kind, 'LOBBY']);
  }
  return varied;
}

/** `Seat` was seen; the others follow it. */
const KINDS = new Map([
  ['DEFAULT', 'Default'],
  ['SEATS', 'Seat'],
  ['MATCH', 'Match'],
]);

/** `Status.READY` as `Ready`, and the other way round. */
export function otherSpelling(status: string): string {
  const word = /^Status\.(.)(.*)$/.exec(status);
  if (word === null) return `Status.${status.toUpperCase()}`;
  const [, first = '', rest = ''] = word;
  return first.toUpperCase() + rest.toLowerCase();
}
