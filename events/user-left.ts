/** `user.left`: users left a session, so their places in it shall be gone. */
import * as z from 'zod/mini';
import { identifier, ipList } from './fields.ts';
import { eventType } from './types.ts';

export const userLeft = eventType({
  type: 'user.left',
  schema: () => z.object({ session_id: identifier(), ip_list: ipList() }, { error: 'must be an object' }),
  ask: ({ session_id, ip_list }) => ({ kind: 'removeUsers', sessionId: session_id, ips: ip_list }),
});
