/** Gathers the calls for single users of a session into calls for many. */
import type { UserAction } from './types.ts';

/** The calls of a number of participants. */
export interface GatheredCalls<R> {
  /** Calls for one user. It is sent once each participant has called or left. */
  call(action: UserAction, address: string): Promise<R>;
  /** A participant makes no further call. */
  leave(): void;
}

interface Waiting<R> {
  action: UserAction;
  address: string;
  answer: PromiseWithResolvers<R>;
}

/**
 * Lets participants that work side by side call together: as soon as every one that has not left waits for its call,
 * one call for each action takes them all.
 * @param participants how many there are.
 * @param send resolves with a result for each address, in order.
 */
export function gatherCalls<R>(
  participants: number,
  send: (action: UserAction, addresses: string[]) => Promise<readonly R[]>,
): GatheredCalls<R> {
  let active = participants;
  let waiting: Waiting<R>[] = [];

  function sendWhenComplete(): void {
    if (waiting.length < active) return;
    const groups = Map.groupBy(waiting, ({ action }) => action);
    waiting = [];
    for (const [action, group] of groups) void sendGroup(action, group);
  }

  async function sendGroup(action: UserAction, group: readonly Waiting<R>[]): Promise<void> {
    try {
      const results = await send(
        action,
        group.map(({ address }) => address),
      );
      for (const [index, { address, answer }] of group.entries()) {
        const result = results[index];
        if (result === undefined) answer.reject(new Error(`The call returned no result for ${address}.`));
        else answer.resolve(result);
      }
    } catch (error) {
      for (const { answer } of group) answer.reject(error);
    }
  }

  return {
    async call(action, address) {
      const answer = Promise.withResolvers<R>();
      waiting.push({ action, address, answer });
      sendWhenComplete();
      return await answer.promise;
    },
    leave() {
      active -= 1;
      sendWhenComplete();
    },
  };
}
