/**
 * The gate that every attempt passes, in the order of arrival: the concurrency, the rate, and the pause that
 * the API asked for.
 */
import { SessionsApiError } from './errors.ts';
import type { Finding } from './pause.ts';
import { createPause } from './pause.ts';
import { createRate } from './rate.ts';

/** Whose turn it is. */
export interface Turn {
  operation: string;
  /** Ends the wait: `pass` rejects with its reason. */
  signal: AbortSignal;
  /** A pause that does not end before this time is not waited for. Epoch milliseconds. */
  deadline: number;
}

/** Lets attempts through. */
export interface Gate {
  /**
   * Runs an attempt when its turn comes.
   * @param findingOf what the attempt's failure says about the API.
   * @throws SessionsApiError `THROTTLED`, at once, where the API asked for a pause that is longer than the
   * time left.
   */
  pass<T>(turn: Turn, attempt: () => Promise<T>, findingOf: (error: unknown) => Finding): Promise<T>;
}

interface Waiter {
  deadline: number;
  start(): void;
  refuse(leftMs: number): void;
}

/** @param limits attempts a second (see {@link createRate}), and attempts in flight at once. */
export function createGate(limits: { rate: number; concurrency: number }): Gate {
  const pause = createPause();
  const rate = createRate(limits.rate);
  const waiting = new Set<Waiter>();
  let inFlight = 0;
  let timer: NodeJS.Timeout | undefined;

  function admit(): void {
    clearTimeout(timer);
    for (const waiter of waiting) {
      // Whatever hangs on the end of another attempt is looked at again when that ends.
      if (inFlight >= limits.concurrency) return;
      const waitMs = Math.max(pause.waitMs(), rate.waitMs(inFlight));
      if (waitMs === Number.POSITIVE_INFINITY) return;
      if (waitMs > 0) {
        timer = setTimeout(admit, Math.ceil(waitMs));
        return;
      }
      inFlight += 1;
      waiter.start();
    }
  }

  function exit(): void {
    inFlight -= 1;
    rate.ended();
    const leftMs = pause.leftMs();
    for (const waiter of waiting) if (isTooLong(leftMs, waiter.deadline)) waiter.refuse(leftMs);
    admit();
  }

  return {
    async pass(turn, attempt, findingOf) {
      const leftMs = pause.leftMs();
      if (isTooLong(leftMs, turn.deadline)) throw tooLong(turn.operation, leftMs);
      const end = await wait(turn, waiting, admit, pause.start);
      try {
        const result = await attempt();
        end({ health: 'well' });
        return result;
      } catch (error) {
        end(findingOf(error));
        throw error;
      } finally {
        exit();
      }
    },
  };
}

/** Waits among the others. @returns what `start` returned when the turn came. */
async function wait<T>(turn: Turn, waiting: Set<Waiter>, admit: () => void, start: () => T): Promise<T> {
  const { operation, signal, deadline } = turn;
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const leave = () => {
    waiting.delete(waiter);
    signal.removeEventListener('abort', abort);
  };
  const abort = () => {
    leave();
    reject(signal.reason);
    admit();
  };
  const waiter: Waiter = {
    deadline,
    start() {
      leave();
      resolve(start());
    },
    refuse(leftMs) {
      leave();
      reject(tooLong(operation, leftMs));
    },
  };
  signal.addEventListener('abort', abort);
  waiting.add(waiter);
  admit();
  return await promise;
}

function isTooLong(leftMs: number, deadline: number): boolean {
  return leftMs > 0 && Date.now() + leftMs >= deadline;
}

function tooLong(operation: string, retryAfterMs: number): SessionsApiError {
  const message = `${operation} was not sent: the API asked for a pause that is longer than the time left.`;
  return new SessionsApiError(message, { code: 'THROTTLED', operation, retryAfterMs });
}
