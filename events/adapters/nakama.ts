/** Nakama's Edgegap plugin: what it tells about an instance of its fleet. */
import { wordOf } from '../words.ts';
import { type Adapted, IGNORED, membersOf, one, refuse } from './types.ts';

/**
 * `{ instance_id, action, message }`, the action in any case. `STOP` and `ERROR`: `deployment.stopped`, for `instance_id` is the deployment's
 * request id. `READY` asks for nothing. It cannot know sessions or users: the whole deployment is meant.
 */
export function adaptNakama(body: unknown): Adapted {
  const { instance_id, action } = membersOf(body);
  const word = wordOf(action);
  if (word === 'ready') return IGNORED;
  if (word !== 'stop' && word !== 'error') return refuse('/action', 'must be STOP, ERROR or READY');
  if (instance_id === undefined)
    return refuse('/instance_id', "is missing; it must be the deployment's request id");
  return one({ type: 'deployment.stopped', data: { deployment_request_id: instance_id } });
}
