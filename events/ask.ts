/** What an event asks for, in the words of the service: the one shape that the plan works on. */

/** These sessions are to be deleted. */
export interface DeleteSessions {
  kind: 'deleteSessions';
  sessionIds: string[];
}

/** Every session of these deployments (request ids) is to be deleted. */
export interface DeleteByDeployment {
  kind: 'deleteByDeployment';
  requestIds: string[];
  /** Whether sessions that were created after the event stay: the deployment goes on and may host another match. */
  bound: boolean;
}

/** These deployments (request ids) are to be stopped, and every session of them is to be deleted. */
export interface StopDeployments {
  kind: 'stopDeployments';
  requestIds: string[];
}

/** Every session on a deployment with any, or all, of these tags is to be deleted. */
export interface DeleteByTags {
  kind: 'deleteByTags';
  tags: string[];
  match: 'any' | 'all';
}

/** These users are to be removed from the session. */
export interface RemoveUsers {
  kind: 'removeUsers';
  sessionId: string;
  /** IP addresses in their one spelling (`canonicalIp`), each once. */
  ips: string[];
}

/** These users are to be added to the session. */
export interface AddUsers {
  kind: 'addUsers';
  sessionId: string;
  /** IP addresses in their one spelling (`canonicalIp`), each once. */
  ips: string[];
}

/** So many users are on this deployment (request id). One that stays without users is to be stopped. */
export interface CountUsers {
  kind: 'countUsers';
  requestId: string;
  users: number;
  /** For how long it must have no users, in milliseconds. Absent: it is not to be stopped. */
  stopAfterMs?: number;
}

/** What an event asks for. */
export type Ask =
  | DeleteSessions
  | DeleteByDeployment
  | StopDeployments
  | CountUsers
  | DeleteByTags
  | RemoveUsers
  | AddUsers;
