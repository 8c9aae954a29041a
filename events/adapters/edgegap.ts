/**
 * The platform's own webhooks. A deployment has one URL for each of ready, error and terminated, so the address says
 * what happened. A session has one URL, and its message says how the session is.
 */
import { isUnset } from '../schema.ts';
import { wordOf } from '../words.ts';
import { type Adapted, type Adapter, become, IGNORED, membersOf, refuse } from './types.ts';

const ENDED = new Set(['terminating', 'terminated']);
const FAILED = new Set(['unprocessable', 'error']);

/**
 * A message whose address does not say what happened. A session that is unprocessable or in error becomes
 * `match.ended`, a deployment that is terminating or terminated `deployment.stopped`. A deployment in error asks for
 * nothing: an error is no proof that it ended, and users may be on it.
 */
export function adaptEdgegap(body: unknown): Adapted {
  const { session_id, status } = membersOf(body);
  if (isUnset(session_id)) return adaptDeployment(body);
  if (!FAILED.has(wordOf(status))) return IGNORED;
  return become({ type: 'match.ended', data: { session_id } }, { '/data/session_id': '/session_id' });
}

/** A deployment's message, by its status word. */
export function adaptDeployment(body: unknown): Adapted {
  const hasEnded = ENDED.has(wordOf(membersOf(body).current_status));
  return hasEnded ? stopped(body) : ignored(body);
}

/** The adapters by what the address says. */
export const byAddress: ReadonlyMap<string, Adapter> = new Map([
  ['terminated', stopped],
  ['error', ignored],
  ['ready', ignored],
]);

function stopped(body: unknown): Adapted {
  const { request_id } = membersOf(body);
  return become(
    { type: 'deployment.stopped', data: { deployment_request_id: request_id } },
    { '/data/deployment_request_id': '/request_id' },
  );
}

function ignored(body: unknown): Adapted {
  const isKnown = !isUnset(membersOf(body).request_id);
  return isKnown ? IGNORED : refuse('/request_id', "is missing; it must be the deployment's request id");
}
