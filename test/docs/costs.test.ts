/**
 * The costs of docs/deploy.md: recomputed from the prices of its own tables and from what the built functions
 * and the stack really use.
 */
import { afterAll, describe, expect, test, vi } from 'vitest';
import alarms from '../../stack/alarms.cjs';
import { startFunction } from '../support/lambda.ts';
import { projectFile, tableRows } from '../support/markdown.ts';
import { startMemoryTable, TABLE } from '../support/memory-table.ts';
import { sqsEvent } from '../support/records.ts';
import { startStage } from '../support/stage.ts';

const rows = tableRows(projectFile('docs/deploy.md'), 'Costs');
const row = (name: string): string[] => rows.find(([first]) => first?.startsWith(name)) ?? [];
const dollars = (amount: number): string => `$${amount.toFixed(2)}`;

/** US dollars, us-east-1. */
const PRICE = {
  sqsRequest: 0.4 / 1e6,
  invocation: 0.2 / 1e6,
  gbSecond: 0.0000133334,
  logGb: 0.5,
  read: 0.125 / 1e6,
  write: 0.625 / 1e6,
  httpRequest: 1 / 1e6,
  metric: 0.3,
  alarm: 0.1,
  dashboard: 3,
  decryption: 0.03 / 10_000,
};
const EVENTS = 1e6;
/** A match of ten players is eleven events. */
const MATCHES = EVENTS / 11;
const USERS = EVENTS - MATCHES;
const invocations = (count: number, seconds: number, gb: number): number =>
  count * (PRICE.invocation + seconds * gb * PRICE.gbSecond);

/** What a million events cost when whole matches come together, and when each event comes alone. */
const EVENT_COSTS: [string, number, number][] = [
  ['SQS', (3 * EVENTS * PRICE.sqsRequest) / 10, 3 * EVENTS * PRICE.sqsRequest],
  ['session-events', invocations(1000, 0.5, 0.5), invocations(EVENTS, 0.15, 0.5)],
  ['its logs', 1000 * 50e-6 * PRICE.logGb, EVENTS * 2.5e-6 * PRICE.logGb],
  [
    'memory',
    MATCHES * (PRICE.read + PRICE.write),
    MATCHES * (PRICE.read + PRICE.write) + USERS * (PRICE.read + 2 * PRICE.write),
  ],
  ['hook: API Gateway', MATCHES * PRICE.httpRequest, EVENTS * PRICE.httpRequest],
  ['hook: its invocations', invocations(MATCHES, 0.02, 0.5), invocations(EVENTS, 0.02, 0.5)],
  ['hook: its logs', MATCHES * 1.5e-6 * PRICE.logGb, EVENTS * 1.5e-6 * PRICE.logGb],
];
const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
const TOGETHER = sum(EVENT_COSTS.map(([, together]) => together));
const ALONE = sum(EVENT_COSTS.map(([, , alone]) => alone));

const SWEEPS = 30 * 24 * 6;
const { Resources } = await alarms({ resolveVariable: async () => '900' });
const alarmCount = Object.keys(Resources).filter((id) => id.endsWith('Alarm')).length;
const metricCount = tableRows(projectFile('docs/operating.md'), 'Metrics').length;
const MONTHLY: [string, number][] = [
  [`metrics: ${metricCount}`, metricCount * PRICE.metric],
  [`alarms: ${alarmCount}`, alarmCount * PRICE.alarm],
  ['dashboard', PRICE.dashboard],
  ['polling of the idle queue', 5 * 3 * 60 * 24 * 30 * PRICE.sqsRequest],
  ['decrypting the secrets', 4 * 12 * 24 * 30 * PRICE.decryption],
  ['sweep', invocations(SWEEPS, 10, 0.25)],
];
const FIXED = sum(MONTHLY.map(([, cost]) => cost));

test.each(EVENT_COSTS)('a million events: %s', (name, together, alone) => {
  expect(row(name).slice(-2)).toEqual([dollars(together), dollars(alone)]);
});

test('a million events: the sums', () => {
  expect(row('**together**').slice(-2)).toEqual([dollars(TOGETHER), dollars(ALONE)]);
});

test.each(MONTHLY)('each month: %s', (name, cost) => {
  expect(row(name).at(-1)).toBe(dollars(cost));
});

test('each month: the sum, and a sweep that takes all its time', () => {
  expect(row('**each month**').at(-1)).toBe(dollars(FIXED));
  expect(projectFile('docs/deploy.md')).toContain(dollars(invocations(SWEEPS, 540, 0.25)));
});

test.each([
  ['10,000', 10_000],
  ['300,000', 300_000],
  ['3,000,000', 3_000_000],
])('a month with %s matches', (name, matches) => {
  const millions = (matches * 11) / EVENTS;
  expect(row(name).slice(-2)).toEqual([
    dollars(FIXED + millions * TOGETHER),
    dollars(FIXED + millions * ALONE),
  ]);
});

describe('what an event takes', async () => {
  const stage = await startStage({ kind: true });
  const memory = await startMemoryTable();
  const environment = await startFunction(
    'session-events',
    { ...stage.environment(), MEMORY_TABLE: TABLE, AWS_ENDPOINT_URL_DYNAMODB: memory.url },
    20_000,
  );
  afterAll(async () => {
    await environment.stop();
    await memory.stop();
    await stage.stop();
  });
  const users = Array.from({ length: 10 }, (_, index) => `10.0.0.${index}`);
  const left = (session_id: string, ip: string) => ({
    type: 'user.left',
    data: { session_id, ip_list: [ip] },
  });
  const ended = (session_id: string) => ({ type: 'match.ended', data: { session_id } });

  test.each([
    ['a match that ended', 'one', [ended('one')], ['BatchGetItem', 'BatchWriteItem']],
    ['a user who left', 'two', [left('two', '10.0.0.1')], ['BatchGetItem', 'PutItem', 'UpdateItem']],
    [
      'a whole match',
      'three',
      [ended('three'), ...users.map((ip) => left('three', ip))],
      ['BatchGetItem', 'BatchWriteItem'],
    ],
  ])('%s', async (_, session_id, events, requests) => {
    stage.sandbox.store.add([{ session_id, users }]);
    memory.reset();
    const before = environment.logs.length;
    await environment.invoke(sqsEvent(events));
    expect(memory.requests).toEqual(requests);
    await vi.waitFor(() => expect(environment.logs.slice(before).join()).toContain('EventsReceived'));
    // Lambda adds a start and a report of less than 700 bytes.
    expect(environment.logs.slice(before).join('\n').length).toBeLessThan(2500 - 700);
  });
});
