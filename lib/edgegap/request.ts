/** What a call to the API is made of. */
import type { Schema } from '../runtime/schema.ts';

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
}

/** Sends a request. Rejects with a SessionsApiError. */
export type Send = <T>(request: ApiRequest<T>, call?: CallOptions) => Promise<T>;
