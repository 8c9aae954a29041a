import { describe, expect, test } from 'vitest';
import { rewrite, showLine, workingLine } from '../../local/console-lines.ts';

const NOON = new Date(2026, 0, 1, 12, 0, 0);
const BATCH = {
  level: 'INFO',
  message: 'batch',
  records: 1000,
  calls: 2,
  callsSaved: 998,
  done: 90,
  gone: 1,
  absorbed: 907,
  ignored: 0,
  waiting: 0,
  retried: 0,
  dead: 2,
  durationMs: 61.4,
};

/** Without colours, which depend on where the tests run. */
function show(line: string): string | undefined {
  return showLine(line, NOON)?.replaceAll(/\p{Cc}\[\d+m/gu, '');
}

describe('the lines of the stage', () => {
  test('a batch is told in one line: events, calls, calls saved, outcomes', () => {
    expect(show(JSON.stringify(BATCH))).toBe(
      '12:00:00  1,000 events → 2 calls, 998 saved  90 done, 907 absorbed, 1 gone, 2 dead  61 ms',
    );
  });

  test('a dead letter is told with its reason', () => {
    const letter = {
      message: 'dead letter',
      messageId: 'm-1',
      code: 'INVALID_EVENT',
      reason: '/type: is "nope"',
    };
    expect(show(JSON.stringify(letter))).toBe('12:00:00  dead letter m-1: INVALID_EVENT, /type: is "nope"');
  });

  test('a sweep of deployments is told with what is stale, for how long, and what it cost', () => {
    const line = { message: 'deployment sweep', listed: 10, stale: 2, stopped: 2, hours: 31, durationMs: 80 };
    const text = '12:00:00  sweep of 10 deployments  2 stale for 31 h, 3.72 spent  2 stopped  80 ms';
    expect(show(JSON.stringify({ ...line, cost: 3.72 }))).toBe(text);
    expect(show(JSON.stringify({ ...line, stale: 0, stopped: 0 }))).toBe(
      '12:00:00  sweep of 10 deployments  none is stale  80 ms',
    );
  });

  test("serverless-offline's line of an invocation is left out", () => {
    const line = '(λ: session-events) RequestId: 6c  Duration: 46.21 ms  Billed Duration: 47 ms';
    expect(show(line)).toBeUndefined();
  });

  test.each(['', 'plain words', '{"message":"other"}', '{ not json', '{"message":"batch"}'])(
    'anything else stays as it is: %j',
    (line) => {
      expect(show(line)).toBe(line);
    },
  );
});

test('a chunk keeps its line ends, and loses what is left out with its own', () => {
  const shown = (line: string): string | undefined => (line === 'b' ? undefined : line.toUpperCase());
  expect(rewrite('a\nb\nc', shown)).toBe('A\nC');
  expect(rewrite('a\n\nb\n', shown)).toBe('A\n\n');
});

test('metrics are not shown, and a reason to try again is', () => {
  const time = new Date(2026, 0, 1, 20, 15, 0);
  const metrics = JSON.stringify({ _aws: { Timestamp: 1, CloudWatchMetrics: [] }, ApiCalls: 1 });
  expect(showLine(metrics, time)).toBeUndefined();
  const retry = {
    message: 'events go back to the queue',
    code: 'UNAVAILABLE',
    events: 3,
    reason: 'the API is down',
  };
  expect(showLine(JSON.stringify(retry), time)).toMatch(/3 events.*UNAVAILABLE, the API is down/);
});

test('a batch that is not answered is reported with its age', () => {
  const line = workingLine(1200, 15_040, NOON).replaceAll(/\p{Cc}\[\d+m/gu, '');
  expect(line).toBe('12:00:00  1,200 events: working… waiting for the API  15 s\n');
});
