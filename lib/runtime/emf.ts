/**
 * Metrics in CloudWatch's embedded metric format: a line of JSON on stdout that CloudWatch turns into
 * metrics.
 * @see
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { chunks } from './lists.ts';
import { writeLine } from './log.ts';

const NAMESPACE = 'SessionHooks';
/** The most values that one metric may have in one line. */
const MOST_VALUES = 100;

/** A metric: one value, or many of which CloudWatch makes statistics. */
export interface Metric {
  value: number | readonly number[];
  unit: 'Count' | 'Milliseconds' | 'Seconds';
}

type Metrics = Readonly<Record<string, Metric>>;

/**
 * Writes metrics by name, with the function as their one dimension. A metric without values is left out; the
 * values of one with more than 100 take further lines.
 */
export function emitMetrics(metrics: Metrics, fields: { FunctionName: string }): void {
  for (const line of metricsLines(metrics, fields, Date.now())) writeLine(line);
}

/** The lines of {@link emitMetrics}. Pure. @param nowMs epoch milliseconds. */
export function metricsLines(metrics: Metrics, fields: { FunctionName: string }, nowMs: number): object[] {
  const series = Object.entries(metrics).map(([name, { value, unit }]) => {
    const values = (typeof value === 'number' ? [value] : value).filter(Number.isFinite);
    return { name, unit, parts: chunks(values, MOST_VALUES) };
  });
  const lines = Math.max(0, ...series.map(({ parts }) => parts.length));
  return Array.from({ length: lines }, (_, line) => {
    const present = series.flatMap(({ name, unit, parts: { [line]: values } }) =>
      values === undefined ? [] : [{ name, unit, values }],
    );
    return metricsLine(present, fields, nowMs);
  });
}

interface Part {
  name: string;
  unit: Metric['unit'];
  values: readonly number[];
}

function metricsLine(present: readonly Part[], fields: object, nowMs: number): object {
  return {
    _aws: {
      Timestamp: nowMs,
      CloudWatchMetrics: [
        {
          Namespace: NAMESPACE,
          Dimensions: [['FunctionName']],
          Metrics: present.map(({ name, unit }) => ({ Name: name, Unit: unit })),
        },
      ],
    },
    ...fields,
    ...Object.fromEntries(
      present.map(({ name, values }) => [name, values.length === 1 ? values[0] : values]),
    ),
  };
}
