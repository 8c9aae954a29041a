/**
 * The messages of Nakama's Edgegap plugin.
 * @see https://github.com/edgegap/nakama-edgegap
 */
import { isUnset } from '../schema.ts';
import { adaptDeployment } from './edgegap.ts';
import { type Adapted, type Adapter, become, IGNORED, membersOf, refuse } from './types.ts';

const ORIGINS = { '/data/deployment_request_id': '/instance_id', '/data/user_count': '/connections' };

/** What the operator chose. */
export interface NakamaOptions {
  /**
   * A deployment whose list of connections stays empty for that long is stopped. Absent: such lists ask for nothing.
   */
  emptyAfterSeconds?: number | undefined;
}

/**
 * `edgegap_instance`, by its `action` in any case: STOP becomes `deployment.finished`, because the plugin stops the
 * deployment, and the instance's id is the deployment's request id; READY and ERROR only mark the instance.
 * `edgegap_deployment_*` hold the webhook of a deployment. `edgegap_connection` lists all connected user ids, which are
 * not addresses: the list becomes `deployment.users` where the operator chose a time for an empty one.
 */
export function createNakamaAdapter({ emptyAfterSeconds }: NakamaOptions): Adapter {
  return (body) => {
    const { instance_id, action, connections, request_id } = membersOf(body);
    if (!isUnset(action)) return adaptInstance(action, instance_id);
    if (!isUnset(request_id)) return adaptDeployment(body);
    if (isUnset(instance_id) || !Array.isArray(connections))
      return refuse('/action', 'is missing; it must be STOP, ERROR or READY');
    return emptyAfterSeconds === undefined
      ? IGNORED
      : adaptConnections(instance_id, connections.length, emptyAfterSeconds);
  };
}

function adaptInstance(action: unknown, instance_id: unknown): Adapted {
  const word = typeof action === 'string' ? action.toUpperCase() : '';
  if (word === 'READY' || word === 'ERROR') return IGNORED;
  if (word !== 'STOP') return refuse('/action', 'must be STOP, ERROR or READY');
  return become({ type: 'deployment.finished', data: { deployment_request_id: instance_id } }, ORIGINS);
}

function adaptConnections(instance_id: unknown, user_count: number, stop_after_seconds: number): Adapted {
  const wait = user_count === 0 ? { stop_after_seconds } : {};
  const data = { deployment_request_id: instance_id, user_count, ...wait };
  return become({ type: 'deployment.users', data }, ORIGINS);
}
