/**
 * What GetSession said about sessions and never changes: their deployment, its tags, when they were created. An
 * answer may leave any of it out; the next one adds what it shows, so that an event that needs all of it is decided
 * in the end.
 */
import { LruMap } from 'toad-cache';
import { createdAt } from '../edgegap/create-time.ts';

/** Sessions, and deployments, that are known at once. */
const SIZE = 10_000;

/** What an answer says about a session; anything may be left out of it. */
interface SessionDetails {
  session_id: string;
  create_time?: string | undefined;
  deployment?: { request_id?: string | undefined; tags?: readonly string[] | undefined } | undefined;
}

/** What an environment has learnt. Bounded: what was not used for the longest time leaves first. */
export interface SessionFacts {
  /** Takes in an answer. */
  learn(details: SessionDetails): void;
  /** The request id of the session's deployment. */
  deploymentOf(sessionId: string): string | undefined;
  /** When the session was created. Epoch milliseconds. */
  createdMsOf(sessionId: string): number | undefined;
  /** The tags of a deployment. @param id its request id, or the session's id where that is not known. */
  tagsOf(id: string): readonly string[] | undefined;
}

/** Nothing learnt yet. */
export function createSessionFacts(): SessionFacts {
  const deployments = new LruMap<string>(SIZE);
  const created = new LruMap<number>(SIZE);
  const tags = new LruMap<readonly string[]>(SIZE);
  return {
    learn({ session_id: id, create_time, deployment }) {
      const createdMs = createdAt(create_time);
      if (createdMs !== undefined) created.set(id, createdMs);
      if (deployment?.request_id) deployments.set(id, deployment.request_id);
      if (deployment?.tags) tags.set(deployments.get(id) ?? id, deployment.tags);
    },
    deploymentOf: (sessionId) => deployments.get(sessionId),
    createdMsOf: (sessionId) => created.get(sessionId),
    tagsOf: (id) => tags.get(id),
  };
}
