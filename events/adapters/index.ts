/** Adapters of other systems' messages. Each decides by what a message says that it is. */
import { forDeployments } from './for-deployments.ts';
import { createNakamaAdapter, type NakamaOptions } from './nakama.ts';
import { adaptPhoton } from './photon.ts';
import { adaptPlayFab } from './playfab.ts';
import type { Adapter } from './types.ts';

export { adaptEdgegap, byAddress as edgegapAdapters } from './edgegap.ts';
export type { Adapted, AdaptedEvent, Adapter } from './types.ts';

/**
 * The adapters by the path segment that chooses them (`POST /hooks/nakama`). `photon-deployment` and
 * `playfab-deployment` are for an operator whose rooms, or sessions, are named after deployments.
 */
export function createAdapters(nakama: NakamaOptions = {}): ReadonlyMap<string, Adapter> {
  return new Map([
    ['nakama', createNakamaAdapter(nakama)],
    ['photon', adaptPhoton],
    ['playfab', adaptPlayFab],
    ['photon-deployment', forDeployments(adaptPhoton)],
    ['playfab-deployment', forDeployments(adaptPlayFab)],
  ]);
}

/** The adapters without any choice. */
export const adapters = createAdapters();
