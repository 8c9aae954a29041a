/**
 * PlayFab's PlayStream event of a multiplayer server whose state changed, in both versions, as a cloud script
 * receives it, and several of them in an array.
 * @see https://learn.microsoft.com/gaming/playfab/api-references/events/multiplayer-server-state-changed
 * @see https://learn.microsoft.com/gaming/playfab/api-references/events/server-state-changed
 */
import { contentOf, type Members, parseJson } from '../envelope.ts';
import { isObject, isUnset } from '../schema.ts';
import { type Adapted, become, IGNORED, membersOf, refuse } from './types.ts';

/** What an event, or the envelope around it, says that it is. */
interface FullName {
  name: unknown;
  namespace: unknown;
}

const OVER = new Set<unknown>(['Terminating', 'Terminated']);

/**
 * A server that is terminating or terminated becomes `match.ended` for its `SessionId`, with the event's id and time;
 * give the session of the platform the same id. A server without a session, any other state and any other event ask
 * for nothing.
 */
export function adaptPlayFab(body: unknown): Adapted {
  if (!Array.isArray(body)) return adaptMessage(body, '');
  const all = body.map((message: unknown, index) => adaptMessage(message, `/${index}`));
  const violations = all.flatMap((adapted) => (adapted.ok ? [] : adapted.violations));
  if (violations.length > 0) return { ok: false, violations };
  const good = all.filter((adapted) => adapted.ok);
  return {
    ok: true,
    events: good.flatMap(({ events }) => events),
    ignored: good.reduce((sum, { ignored }) => sum + ignored, 0),
  };
}

function adaptMessage(message: unknown, pointer: string): Adapted {
  const { PlayStreamEventEnvelope: envelope } = membersOf(message);
  if (isUnset(envelope)) return adaptEvent(message, pointer);
  const { EventData, ...outer } = membersOf(envelope);
  const inside = `${pointer}/PlayStreamEventEnvelope/EventData`;
  if (isObject(EventData)) return adaptEvent(EventData, inside, outer);
  const json = parseJson(typeof EventData === 'string' ? EventData : '');
  if (!json.ok) return refuse(inside, `must be the JSON text of an event; it ${json.reason}`);
  return adaptEvent(json.value, inside, outer);
}

/** @param envelope says, too, what the event is; it need not repeat the event's namespace. */
function adaptEvent(event: unknown, pointer: string, envelope: Members = {}): Adapted {
  const { EventName, EventNamespace, FullName } = membersOf(event);
  const { Name, Namespace } = membersOf(FullName);
  const names = [
    { name: envelope.EventName, namespace: envelope.EventNamespace ?? EventNamespace ?? Namespace },
    { name: EventName, namespace: EventNamespace },
    { name: Name, namespace: Namespace },
  ];
  const stated = names.filter(({ name }) => !isUnset(name));
  const isNamed = stated.length > 0 && stated.every(({ name }) => typeof name === 'string');
  if (!isNamed) return refuse(`${pointer}/EventName`, 'must be the name of the event');
  return stated.every(isStateChange) ? adaptStateChange(membersOf(event), pointer) : IGNORED;
}

/** The first version has a name of its own; the second one means PlayFab's only in PlayFab's namespace. */
function isStateChange({ name, namespace }: FullName): boolean {
  if (name === 'server_state_changed') return namespace === 'playfab.multiplayer';
  const isPlayFab =
    isUnset(namespace) || (typeof namespace === 'string' && /^(com\.)?playfab(\.|$)/.test(namespace));
  return name === 'multiplayer_server_state_changed' && isPlayFab;
}

function adaptStateChange(event: Members, pointer: string): Adapted {
  const { EventId, Id, Timestamp, Payload } = event;
  const hasPayload = !isUnset(Payload);
  const inside = `${pointer}${hasPayload ? '/Payload' : ''}`;
  const { SessionId, NewState } = hasPayload ? membersOf(contentOf(Payload)) : event;
  if (typeof NewState !== 'string') return refuse(`${inside}/NewState`, "must be the server's new state");
  if (!OVER.has(NewState) || SessionId === null || SessionId === '') return IGNORED;
  const id = EventId ?? Id;
  return become(
    {
      type: 'match.ended',
      data: { session_id: SessionId },
      ...(typeof id === 'string' && { id }),
      ...(typeof Timestamp === 'string' && { time: Timestamp }),
    },
    {
      '/data/session_id': `${inside}/SessionId`,
      '/time': `${pointer}/Timestamp`,
    },
  );
}
