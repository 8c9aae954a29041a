/** Requests to the console's server. */
import type { Violation } from '../answers.ts';

/** A request that was refused. `violations`: what is wrong with an event. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly violations: readonly Violation[];

  constructor(status: number, message: string, violations: readonly Violation[]) {
    super(message);
    this.status = status;
    this.violations = violations;
  }
}

/** What asks the server. @throws ApiError (every method) for an answer that is not 2xx. */
export interface Api {
  get<T>(path: string): Promise<T>;
  /** Changes something. */
  send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body: object): Promise<T>;
  /** Reads lines as they come. */
  lines(path: string, signal: AbortSignal): AsyncGenerator<string>;
}

/** Returns what asks the server with this token. */
export function createApi(token: string): Api {
  const authorization = `Bearer ${token}`;
  return {
    async get(path) {
      const answer = await request(path, { headers: { authorization } });
      return await answer.json();
    },
    async send(method, path, body) {
      const headers = { authorization, 'content-type': 'application/json' };
      const answer = await request(path, { method, headers, body: JSON.stringify(body) });
      return await answer.json();
    },
    async *lines(path, signal) {
      const answer = await request(path, { headers: { authorization }, signal });
      if (answer.body !== null) yield* linesOf(answer.body);
    },
  };
}

async function request(path: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(path, init);
  if (answer.ok) return answer;
  const body: { message?: string; violations?: Violation[] } = await answer.json().catch(() => ({}));
  throw new ApiError(
    answer.status,
    body.message ?? `The console answered ${answer.status}.`,
    body.violations ?? [],
  );
}

/** Not every browser can iterate over a stream. */
async function* linesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof TypeError) return 'The console does not answer. Is it still running?';
  return error instanceof Error ? error.message : String(error);
}
