/** `user.joined`: users joined a session. They are added to it. */
import { identifier, ipList } from './fields.ts';
import { canonicalIps } from './ip.ts';
import { object } from './schema.ts';
import { eventType } from './types.ts';

export const userJoined = eventType({
  type: 'user.joined',
  data: object({ session_id: identifier, ip_list: ipList }),
  ask: ({ session_id, ip_list }) => ({ kind: 'addUsers', sessionId: session_id, ips: canonicalIps(ip_list) }),
});
