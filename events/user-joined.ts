/** `user.joined`: users joined a session, so they shall have a place in it. */
import * as z from 'zod/mini';
import { identifier, ipList } from './fields.ts';
import { eventType } from './types.ts';

export const userJoined = eventType({
  type: 'user.joined',
  schema: () => z.object({ session_id: identifier(), ip_list: ipList() }, { error: 'must be an object' }),
  ask: ({ session_id, ip_list }) => ({ kind: 'addUsers', sessionId: session_id, ips: ip_list }),
});
