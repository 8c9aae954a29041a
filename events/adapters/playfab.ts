/**
 * PlayFab's PlayStream event `multiplayer_server_state_changed`, alone or in an array.
 * @see https://learn.microsoft.com/gaming/playfab/api-references/events/server-state-changed
 */
import { wordOf } from '../words.ts';
import { type Adapted, IGNORED, membersOf, one, refuse } from './types.ts';

const EVENT = 'multiplayer_server_state_changed';
const OVER = new Set(['terminating', 'terminated']);

/**
 * A server that is terminating or terminated: `match.ended` for its `SessionId`, with the event's id and time. Any other state, and any
 * other PlayStream event, asks for nothing. It cannot know the platform's own session id: give both the same.
 */
export function adaptPlayFab(body: unknown): Adapted {
  if (!Array.isArray(body)) return adaptOne(body, '');
  const all = body.map((event: unknown, index) => adaptOne(event, `/${index}`));
  const violations = all.flatMap((adapted) => (adapted.ok ? [] : adapted.violations));
  if (violations.length > 0) return { ok: false, violations };
  const good = all.filter((adapted) => adapted.ok);
  return {
    ok: true,
    events: good.flatMap(({ events }) => events),
    ignored: good.reduce((sum, { ignored }) => sum + ignored, 0),
  };
}

/** Both versions of PlayStream's events: their own members at the top, or in `Payload`. */
function adaptOne(event: unknown, pointer: string): Adapted {
  const { EventName, FullName, EventId, Id, Timestamp, Payload, ...top } = membersOf(event);
  const name = EventName ?? membersOf(FullName).Name;
  if (typeof name !== 'string')
    return refuse(`${pointer}/EventName`, 'is missing; it must be the name of the event');
  const inPayload = Payload !== undefined;
  const { SessionId, NewState } = inPayload ? membersOf(Payload) : top;
  if (wordOf(name) !== EVENT || !OVER.has(wordOf(NewState))) return IGNORED;
  if (SessionId === undefined)
    return refuse(
      `${pointer}${inPayload ? '/Payload' : ''}/SessionId`,
      "is missing; it must be the session's id",
    );
  const id = EventId ?? Id;
  return one({
    type: 'match.ended',
    data: { session_id: SessionId },
    ...(typeof id === 'string' && { id }),
    ...(typeof Timestamp === 'string' && { time: Timestamp }),
  });
}
