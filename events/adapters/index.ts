/** Adapters of other backends' messages, by the path segment that chooses them (`POST /hooks/nakama`). */
import { adaptNakama } from './nakama.ts';
import { adaptPhoton } from './photon.ts';
import { adaptPlayFab } from './playfab.ts';
import type { Adapter } from './types.ts';

export { adaptEdgegap } from './edgegap.ts';
export type { Adapted, AdaptedEvent, Adapter } from './types.ts';

/** The adapters of signed messages. */
export const adapters: ReadonlyMap<string, Adapter> = new Map([
  ['nakama', adaptNakama],
  ['photon', adaptPhoton],
  ['playfab', adaptPlayFab],
]);
