/**
 * The platform's own webhooks. A deployment's names itself with `request_id` and says how it is in `current_status`;
 * a session's is the session as GetSession gives it.
 */
import { wordOf } from '../words.ts';
import { type Adapted, IGNORED, membersOf, one, refuse } from './types.ts';

const DEPLOYMENT_OVER = new Set(['terminated', 'error']);
const SESSION_FAILED = new Set(['unprocessable', 'error']);

/**
 * A deployment that is terminated or in error: `deployment.stopped`. A session that is unprocessable or in error:
 * `match.ended`. Anything else asks for nothing. It cannot know when something happened: the webhooks carry no time.
 */
export function adaptEdgegap(body: unknown): Adapted {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return refuse('', 'must be a JSON object, as the platform sends it');
  const { session_id, status, request_id, current_status, error } = membersOf(body);
  if (session_id !== undefined)
    return SESSION_FAILED.has(wordOf(status)) ? one({ type: 'match.ended', data: { session_id } }) : IGNORED;
  if (request_id !== undefined && (DEPLOYMENT_OVER.has(wordOf(current_status)) || error === true))
    return one({ type: 'deployment.stopped', data: { deployment_request_id: request_id } });
  return IGNORED;
}
