/** `user.left`: users left a session. They are removed from it. */
import { identifier, ipList } from './fields.ts';
import { canonicalIps } from './ip.ts';
import { object } from './schema.ts';
import { eventType } from './types.ts';

export const userLeft = eventType({
  type: 'user.left',
  data: object({ session_id: identifier, ip_list: ipList }),
  ask: ({ session_id, ip_list }) => ({
    kind: 'removeUsers',
    sessionId: session_id,
    ips: canonicalIps(ip_list),
  }),
});
