/** The metrics of a batch, as CloudWatch takes them. Limits: the embedded metric format's specification. */
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { metricsLines } from '../../lib/runtime/emf.ts';
import { batchMetrics } from '../../lib/session-events/batch-metrics.ts';

const name = z.string().check(z.regex(/^[\x21-\x7e][\x20-\x7e]{0,1023}$/));
const embedded = z.looseObject({
  _aws: z.object({
    Timestamp: z.int().check(z.gt(0)),
    CloudWatchMetrics: z
      .array(
        z.object({
          Namespace: z.string().check(z.regex(/^[A-Za-z0-9._#:/-]{1,255}$/)),
          Dimensions: z.array(z.array(name).check(z.maxLength(30))),
          Metrics: z
            .array(z.object({ Name: name, Unit: z.enum(['Count', 'Milliseconds', 'Seconds']) }))
            .check(z.minLength(1), z.maxLength(100)),
        }),
      )
      .check(z.length(1)),
  }),
});
const values = z.union([z.number(), z.array(z.number()).check(z.minLength(1), z.maxLength(100))]);

const report = {
  outcomes: [
    { kind: 'done' as const },
    { kind: 'gone' as const },
    { kind: 'absorbed' as const },
    { kind: 'ignored' as const },
    { kind: 'waiting' as const },
    { kind: 'retry' as const, code: 'SURFACE_MISSING' as const },
    { kind: 'dead' as const, code: 'REFUSED' as const },
  ],
  eventCount: 6,
  attempts: Array.from({ length: 150 }, () => ({ operation: 'sessionDelete', status: 429, durationMs: 3 })),
  memoryFailure: undefined,
  oldestEventMs: 1234,
  durationMs: 5,
};

test('CloudWatch accepts every metric of a batch', () => {
  const lines = metricsLines(batchMetrics(report), { FunctionName: 'f' }, Date.now());
  const [parsed] = lines.map((line) => embedded.parse(JSON.parse(JSON.stringify(line))));
  if (parsed === undefined) throw new Error('no line was written');
  const [directive] = parsed._aws.CloudWatchMetrics;
  expect(directive?.Namespace).toBe('SessionHooks');
  const names = directive?.Metrics.map((metric) => metric.Name) ?? [];
  expect(names.toSorted()).toEqual(
    [
      'EventsReceived',
      'EventsDone',
      'EventsGone',
      'EventsAbsorbed',
      'EventsIgnored',
      'EventsWaiting',
      'EventsRetried',
      'EventsDead',
      'ApiCalls',
      'ApiCallsSaved',
      'ApiLatency',
      'ApiThrottled',
      'ApiAuthFailures',
      'ApiSurfaceMissing',
      'MemoryUnavailable',
      'EventAge',
    ].toSorted(),
  );
  for (const metric of names) values.parse(parsed[metric]);
  for (const dimension of directive?.Dimensions.flat() ?? []) expect(parsed[dimension]).toBe('f');
});

test('the numbers are those of the batch', () => {
  expect(batchMetrics(report)).toMatchObject({
    EventsReceived: { value: 7 },
    EventsDone: { value: 1 },
    EventsIgnored: { value: 1 },
    EventsRetried: { value: 1 },
    EventsDead: { value: 1 },
    ApiCalls: { value: 150 },
    ApiCallsSaved: { value: 0 },
    ApiThrottled: { value: 150 },
    ApiAuthFailures: { value: 0 },
    ApiSurfaceMissing: { value: 1 },
    EventAge: { value: 1234 },
  });
});

test('a metric without a finite value is left out, for CloudWatch would refuse the line', () => {
  const metrics = {
    Age: { value: Number.NaN, unit: 'Count' as const },
    Latency: { value: [], unit: 'Seconds' as const },
  };
  const [line] = metricsLines({ ...metrics, Calls: { value: 1, unit: 'Count' } }, { FunctionName: 'f' }, 1);
  expect(line).toMatchObject({
    _aws: { CloudWatchMetrics: [{ Metrics: [{ Name: 'Calls', Unit: 'Count' }] }] },
  });
});
