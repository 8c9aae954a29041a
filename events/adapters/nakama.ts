/**
 * The messages of Nakama's Edgegap plugin.
 * @see https://github.com/edgegap/nakama-edgegap
 */
import { isUnset } from '../schema.ts';
import { adaptDeployment } from './edgegap.ts';
import { type Adapted, become, IGNORED, membersOf, refuse } from './types.ts';

/**
 * `edgegap_instance`, by its `action` in any case: STOP becomes `deployment.stopped`, because the instance's id is the
 * deployment's request id; READY and ERROR only mark the instance. `edgegap_deployment_*` hold the webhook of a deployment.
 * `edgegap_connection` lists user ids, which are not addresses, and asks for nothing.
 */
export function adaptNakama(body: unknown): Adapted {
  const { instance_id, action, connections, request_id } = membersOf(body);
  if (!isUnset(action)) return adaptInstance(action, instance_id);
  if (!isUnset(request_id)) return adaptDeployment(body);
  if (!isUnset(instance_id) && Array.isArray(connections)) return IGNORED;
  return refuse('/action', 'is missing; it must be STOP, ERROR or READY');
}

function adaptInstance(action: unknown, instance_id: unknown): Adapted {
  const word = typeof action === 'string' ? action.toUpperCase() : '';
  if (word === 'READY' || word === 'ERROR') return IGNORED;
  if (word !== 'STOP') return refuse('/action', 'must be STOP, ERROR or READY');
  return become(
    { type: 'deployment.stopped', data: { deployment_request_id: instance_id } },
    { '/data/deployment_request_id': '/instance_id' },
  );
}
