/**
 * The embedded metric format: at most 100 values of a metric in a line (CloudWatch's specification of the
 * format).
 */
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { metricsLines } from '../../lib/runtime/emf.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const named = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z.array(
      z.looseObject({ Metrics: z.array(z.object({ Name: z.string(), Unit: z.string() })) }),
    ),
  }),
});

/** The values of a metric by line. */
function valuesOf(name: string, lines: object[]): unknown[] {
  return lines.map((line) => {
    const read = named.parse(line);
    const names = read._aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
    // CloudWatch refuses a line that declares a metric without a value.
    expect(Object.keys(read).filter((key) => key !== '_aws' && key !== 'FunctionName')).toEqual(names);
    return read[name];
  });
}

test('a metric with more than 100 values takes further lines, and none is lost', () => {
  const lines = metricsLines(
    {
      Calls: { value: 250, unit: 'Count' },
      Latency: { value: numbers(250), unit: 'Milliseconds' },
      Age: { value: numbers(101), unit: 'Seconds' },
    },
    { FunctionName: 'f' },
    1,
  );
  expect(valuesOf('Latency', lines)).toEqual([
    numbers(100),
    numbers(200).slice(100),
    numbers(250).slice(200),
  ]);
  expect(valuesOf('Age', lines)).toEqual([numbers(100), 100, undefined]);
  expect(valuesOf('Calls', lines)).toEqual([250, undefined, undefined]);
  for (const line of lines) expect(line).toMatchObject({ FunctionName: 'f', _aws: { Timestamp: 1 } });
});

test('100 values take one line', () => {
  expect(metricsLines({ L: { value: numbers(100), unit: 'Count' } }, { FunctionName: 'f' }, 1)).toHaveLength(
    1,
  );
});

test('metrics without any value take none', () => {
  const empty = {
    L: { value: [], unit: 'Count' as const },
    A: { value: Number.NaN, unit: 'Count' as const },
  };
  expect(metricsLines(empty, { FunctionName: 'f' }, 1)).toEqual([]);
});
