/** What an event asks for, in words of the service: the one shape that the plan works on. */

/** These sessions shall be gone. */
export interface DeleteSessions {
  kind: 'deleteSessions';
  sessionIds: string[];
}

/** Every session of these deployments (request ids) shall be gone. */
export interface DeleteByDeployment {
  kind: 'deleteByDeployment';
  requestIds: string[];
  /** Whether sessions that were created after the event stay: the deployment goes on and may host another match. */
  bound: boolean;
}

/** Every session on a deployment with any, or all, of these tags shall be gone. */
export interface DeleteByTags {
  kind: 'deleteByTags';
  tags: string[];
  match: 'any' | 'all';
}

/** These users (IP addresses, as written) shall no longer be in the session. */
export interface RemoveUsers {
  kind: 'removeUsers';
  sessionId: string;
  ips: string[];
}

/** These users (IP addresses, as written) shall be in the session. */
export interface AddUsers {
  kind: 'addUsers';
  sessionId: string;
  ips: string[];
}

/** What an event asks for. */
export type Ask = DeleteSessions | DeleteByDeployment | DeleteByTags | RemoveUsers | AddUsers;
