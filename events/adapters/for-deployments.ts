/** An adapter whose sessions are named after deployments: by choice of the operator, in the address. */
import type { Adapted, AdaptedEvent, Adapter } from './types.ts';

/**
 * Reads a message as `adapt` does; where a match of a session ends, the deployment of that name has finished. What is
 * about the users of a session asks for nothing: there is no such session.
 */
export function forDeployments(adapt: Adapter): Adapter {
  return (body) => {
    const adapted = adapt(body);
    return adapted.ok ? stopping(adapted.events, adapted.ignored) : adapted;
  };
}

function stopping(all: readonly AdaptedEvent[], ignored: number): Adapted {
  const events = all.filter(({ type }) => type === 'match.ended').map(finished);
  return { ok: true, events, ignored: ignored + all.length - events.length };
}

function finished({ data: { session_id }, ...event }: AdaptedEvent): AdaptedEvent {
  return { ...event, type: 'deployment.finished', data: { deployment_request_id: session_id } };
}
