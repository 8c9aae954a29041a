/** Adapters of other systems' messages. Each decides by what a message says that it is. */
import { adaptNakama } from './nakama.ts';
import { adaptPhoton } from './photon.ts';
import { adaptPlayFab } from './playfab.ts';
import type { Adapter } from './types.ts';

export { adaptEdgegap, byAddress as edgegapAdapters } from './edgegap.ts';
export type { Adapted, AdaptedEvent, Adapter } from './types.ts';

/** The adapters by the path segment that chooses them (`POST /hooks/nakama`). */
export const adapters: ReadonlyMap<string, Adapter> = new Map([
  ['nakama', adaptNakama],
  ['photon', adaptPhoton],
  ['playfab', adaptPlayFab],
]);
