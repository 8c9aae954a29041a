/** What leaves sessions for the next run: errors of the API, collected by their code. */
import type { SessionsApiErrorCode } from '../edgegap/errors.ts';
import { isSessionsApiError } from '../edgegap/errors.ts';

/** One kind of error in one run. */
export interface Problem {
  code: SessionsApiErrorCode;
  /** Sessions that it left for the next run. */
  count: number;
  /** The first error's message. */
  reason: string;
}

/** The problems of one run. */
export interface Problems {
  /** Notes an error of the API. @throws any other error. */
  note(error: unknown, sessions: number): void;
  /** Whether every further call would be refused. */
  isHopeless(): boolean;
  list(): Problem[];
}

/** No problems yet. */
export function createProblems(): Problems {
  const byCode = new Map<SessionsApiErrorCode, Problem>();
  return {
    note(error, sessions) {
      if (!isSessionsApiError(error)) throw error;
      const { code, message } = error;
      const { count, reason } = byCode.get(code) ?? { count: 0, reason: message };
      byCode.set(code, { code, count: count + sessions, reason });
    },
    isHopeless: () => byCode.has('UNAUTHORIZED'),
    list: () => [...byCode.values()],
  };
}
