/** The rows of the outcome table (DESIGN section 5): what a status means for each operation. */
import { describe, expect, test } from 'vitest';
import { SessionsApiError, type SessionsApiErrorCode } from '../../lib/edgegap/errors.ts';
import { type Judgement, judge, judgeRefusal } from '../../lib/session-events/judge.ts';
import type { BulkStopCall, Call, DeleteCall, UsersCall } from '../../lib/session-events/types.ts';

const target = (value: string) => ({ value, records: [0], absorbed: [] });
const change = {
  ...{ timeMs: 0, sentAtMs: 0, event: 'e', receiveCount: 1, mergedReceiveCount: 0 },
  ...{ sessionId: 'a', address: '10.0.0.1', action: 'leave' as const },
};

const one: DeleteCall = { operation: 'sessionDelete', targets: [target('a')] };
const bulk = (field: BulkStopCall['field'], values: string[], filterType: 'any' | 'all' = 'any'): Call => ({
  operation: 'sessionsBulkStop',
  field,
  filterType,
  targets: values.map(target),
});
const users = (operation: UsersCall['operation'], ...ips: string[]): Call => ({
  operation,
  sessionId: 'a',
  ageMs: 0,
  targets: ips.map((ip) => ({ ...target(ip), change })),
});

const CALLS = {
  one,
  many: bulk('session_id', ['a', 'b']),
  oneInBulk: bulk('request_id', ['d']),
  tagSet: bulk('deployment_tags', ['t', 'u'], 'all'),
  leave: users('deleteUsersSession', '10.0.0.1'),
  leaves: users('deleteUsersSession', '10.0.0.1', '10.0.0.2'),
  joins: users('putUsersSession', '10.0.0.1', '10.0.0.2'),
};

/** The code of a status, as the table of the client has it. */
const CODES: Record<number, SessionsApiErrorCode> = {
  401: 'UNAUTHORIZED',
  403: 'UNAUTHORIZED',
  404: 'NOT_FOUND',
  408: 'UNAVAILABLE',
  410: 'GONE',
  425: 'UNAVAILABLE',
  429: 'THROTTLED',
  500: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
};

const answered = (status: number): SessionsApiError =>
  new SessionsApiError('of the test', { code: CODES[status] ?? 'REFUSED', operation: 'test', status });

const TABLE: [keyof typeof CALLS, number, Judgement][] = [
  ['one', 410, 'gone'],
  ['leave', 410, 'gone'],
  ['joins', 410, 'gone'],
  ['many', 410, 'surface'],
  ['one', 404, 'suspect'],
  ['leaves', 404, 'suspect'],
  ['many', 404, 'surface'],
  ['tagSet', 404, 'surface'],
  ['one', 400, 'dead'],
  ['one', 409, 'dead'],
  ['one', 413, 'dead'],
  ['one', 422, 'dead'],
  ['oneInBulk', 400, 'question'],
  ['oneInBulk', 422, 'dead'],
  ['tagSet', 400, 'question'],
  ['tagSet', 413, 'dead'],
  ['many', 400, 'split'],
  ['many', 413, 'split'],
  ['many', 422, 'split'],
  ['leave', 400, 'question'],
  ['leaves', 400, 'question'],
  ['joins', 400, 'question'],
  ['leave', 422, 'dead'],
  ['leaves', 422, 'split'],
  ['joins', 413, 'split'],
  ...[401, 403, 405, 408, 418, 425, 429, 451, 500, 502, 503].flatMap((status) =>
    (['one', 'many', 'leave'] as const).map((call): [keyof typeof CALLS, number, Judgement] => [
      call,
      status,
      'retry',
    ]),
  ),
];

describe('what a status means', () => {
  test.each(TABLE)('%s answered with %i: %s', (call, status, judgement) => {
    expect(judge(CALLS[call], answered(status))).toBe(judgement);
  });

  test.each(['UNAVAILABLE', 'INVALID_ANSWER', 'ABORTED', 'THROTTLED', 'UNAUTHORIZED'] as const)(
    'no answer, or one that cannot be used (%s): retry',
    (code) => {
      const error = new SessionsApiError('of the test', { code, operation: 'test' });
      for (const call of Object.values(CALLS)) expect(judge(call, error)).toBe('retry');
    },
  );

  test('what this client never sends is refused for good', () => {
    const error = new SessionsApiError('of the test', { code: 'GUARDED', operation: 'test' });
    expect(judge(CALLS.one, error)).toBe('dead');
    expect(judge(CALLS.many, error)).toBe('split');
  });

  test('a refused users call of a session that exists', () => {
    expect(judgeRefusal(CALLS.leave)).toBe('dead');
    expect(judgeRefusal(CALLS.leaves)).toBe('split');
  });
});
