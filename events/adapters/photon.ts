/**
 * Photon's webhooks. Those of Realtime say in `Type` what happened; those of Quantum and Fusion have no such member.
 * @see https://doc.photonengine.com/realtime/current/gameplay/web-extensions/webhooks
 * @see https://doc.photonengine.com/quantum/current/manual/webhooks
 */
import { isIpAddress } from '../ip.ts';
import { isObject, isUnset } from '../schema.ts';
import { type Adapted, become, IGNORED, refuse } from './types.ts';

type Message = Readonly<Record<string, unknown>>;

/** The types of `PathLeave`, each a reason; one of them is spelled in two ways. */
const LEFT = new Set([
  'ClientDisconnect',
  'ClientTimeoutDisconnect',
  'ManagedDisconnect',
  'ServerDisconnect',
  'TimeoutDisconnect',
  'LeaveRequest',
  'PlayerTtlTimedOut',
  'PeerLastTouchTimedOut',
  'PeerLastTouchTimedout',
  'PluginRequest',
  'PluginFailedJoin',
]);

/** The types of the other paths. A room that is saved may be loaded again. */
const NOTHING = new Set(['Create', 'Load', 'Save', 'BeforeJoin', 'Join', 'Event', 'Game', 'Actor']);

/**
 * A room that was closed becomes `match.ended`; name rooms after their sessions. A player who left becomes `user.left`
 * where `UserId` is the player's address, because Photon reports no addresses; a player who is inactive may come back.
 */
export function adaptPhoton(body: unknown): Adapted {
  if (!isObject(body)) return refuse('', 'must be a JSON object');
  const { Type, GameId } = body;
  if (isUnset(Type)) return adaptWithoutType(body);
  if (typeof Type !== 'string') return refuse('/Type', 'must be a string');
  if (Type === 'Close') return closed(GameId);
  if (LEFT.has(Type)) return left(body);
  return NOTHING.has(Type)
    ? IGNORED
    : refuse('/Type', `is ${JSON.stringify(Type.slice(0, 64))}, which is not known`);
}

/**
 * Quantum and Fusion: `CloseGame` is the one message with a `CloseReason`, and it names no user. All others name the
 * app or a user, and ask for nothing.
 */
function adaptWithoutType({ GameId, CloseReason, AppId, UserId, ActorNr }: Message): Adapted {
  const isAboutUser = !isUnset(UserId) || !isUnset(ActorNr);
  if (Number.isInteger(CloseReason) && !isAboutUser) return closed(roomOf(GameId));
  const isKnown = isUnset(CloseReason) && !isUnset(GameId) && (isAboutUser || !isUnset(AppId));
  return isKnown
    ? IGNORED
    : refuse('/Type', 'is missing; without it only messages of Quantum and Fusion are known');
}

function closed(session_id: unknown): Adapted {
  return become({ type: 'match.ended', data: { session_id } }, { '/data/session_id': '/GameId' });
}

function left({ GameId, UserId, IsInactive }: Message): Adapted {
  if (IsInactive === true || typeof UserId !== 'string' || !isIpAddress(UserId)) return IGNORED;
  const data = { session_id: GameId, ip_list: [UserId] };
  return become({ type: 'user.left', data }, { '/data/session_id': '/GameId' });
}

/** The room's name in a `GameId` of Quantum or Fusion, such as `0:eu:NAME`. */
function roomOf(gameId: unknown): unknown {
  return typeof gameId === 'string' ? gameId.replace(/^[^:]*:[^:]*:/, '') : gameId;
}
