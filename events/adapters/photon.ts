/**
 * Photon's webhooks `PathClose` and `PathLeave`.
 * @see https://doc.photonengine.com/realtime/current/gameplay/web-extensions/webhooks
 */
import { isIpAddress } from '../ip.ts';
import { type Adapted, IGNORED, membersOf, one, refuse } from './types.ts';

/**
 * A room that was closed (`Type` is `Close`): `match.ended`, where `GameId` is the session's id, so name your rooms after their
 * sessions. A room that was saved (`Save`) may be loaded again and asks for nothing. A player who left (`ActorNr` is there): `user.left`, when
 * `UserId` is the player's IP address; Photon does not tell addresses, so any other `UserId` asks for nothing. Neither does a player who
 * is inactive (`IsInactive`): that one may come back.
 */
export function adaptPhoton(body: unknown): Adapted {
  const { GameId, Type, ActorNr, IsInactive, UserId } = membersOf(body);
  if (GameId === undefined) return refuse('/GameId', 'is missing; it must be the name of the room');
  if (ActorNr === undefined) return closed(GameId, Type);
  if (IsInactive === true || typeof UserId !== 'string' || !isIpAddress(UserId)) return IGNORED;
  return one({ type: 'user.left', data: { session_id: GameId, ip_list: [UserId] } });
}

function closed(session_id: unknown, type: unknown): Adapted {
  if (type === 'Save') return IGNORED;
  if (type === 'Close') return one({ type: 'match.ended', data: { session_id } });
  return refuse('/Type', 'must be Close or Save, or the message must have an ActorNr');
}
