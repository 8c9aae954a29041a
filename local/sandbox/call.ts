/** One call of an operation: what it was asked, the world that it meets, and the answer. */
import type { Checked } from './check.ts';
import { check } from './check.ts';
import type { Dice } from './dice.ts';
import type { FaultSettings } from './fault-settings.ts';
import { sessionId } from './models.ts';
import type { Store } from './store.ts';
import type { Variety } from './variety/settings.ts';

/** An HTTP answer. Without a body where `body` is undefined. */
export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** What an operation works on. */
export interface Call {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly store: Store;
  /** The faults that hold for this operation. */
  readonly faults: FaultSettings;
  readonly variety: Variety;
  /** The draws of the variety. */
  readonly dice: Dice;
  /** A draw of the faults. */
  readonly strikes: (chance: number) => boolean;
  /** Whether this bulk stop leaves this id alone. */
  readonly spares: (id: string) => boolean;
}

/** 200 with this body. */
export function ok(body: unknown): Answer {
  return { status: 200, body };
}

/** An error as the API words it. */
export function failure(status: number, message: string): Answer {
  return { status, body: { message } };
}

/** Works on a checked value; refuses a wrong one with 400. */
export function withChecked<T>(checked: Checked<T>, work: (value: T) => Answer): Answer {
  return checked.ok ? work(checked.value) : failure(400, checked.reason);
}

/** The id of the path as the router decoded it, and the name it has there; undefined where the path has none. */
export function pathId(params: unknown): { name: string; value: unknown } | undefined {
  const [entry] = Object.entries(typeof params === 'object' && params !== null ? params : {});
  return entry && { name: entry[0], value: entry[1] };
}

/** Works on the id of the path; refuses a wrong one with 400. */
export function withPathId(call: Call, work: (id: string) => Answer): Answer {
  const id = pathId(call.params);
  const checked = check(sessionId, id?.value);
  if (!checked.ok) return failure(400, checked.reason.replace(/^body/, id?.name ?? 'id'));
  return work(checked.value);
}
