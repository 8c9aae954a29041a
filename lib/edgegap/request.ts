/** What a call to the API is made of. */
import type { Schema } from '../runtime/schema.ts';
import type { Gate } from './gate.ts';

/** One attempt, for counting. */
export interface Attempt {
  operation: string;
  /** HTTP status; absent where there was no answer. */
  status?: number;
  durationMs: number;
}

/** What every call takes. */
export interface CallOptions {
  /** Aborts the call: it rejects with `ABORTED`. */
  signal?: AbortSignal;
  /** Epoch milliseconds: retries go on while time lasts. Without it there are three at most. */
  deadline?: number;
  /** Called after every attempt, repeated ones included. */
  onAttempt?: (attempt: Attempt) => void;
}

/** One request. */
export interface ApiRequest<T> {
  operation: string;
  /**
   * A `question` needs an answer that can be used. A `change` needs none: a 2xx says that it happened,
   * whatever the body. Both do no harm when they are repeated; a `creation` is never repeated.
   */
  kind: 'question' | 'change' | 'creation';
  method: 'get' | 'post' | 'put' | 'delete';
  /** Without a leading slash. */
  path: string;
  body?: object;
  answer: Schema<T>;
  /** The operation's own limit, kept beside the client's. */
  gate?: Gate;
}

/** Sends a request. Rejects with a SessionsApiError. */
export type Send = <T>(request: ApiRequest<T>, call?: CallOptions) => Promise<T>;

/** The query of a path, with its question mark; empty where all its members are undefined. */
export function queryOf(members: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members))
    if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? '' : `?${query}`;
}
