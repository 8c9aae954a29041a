/**
 * Metrics in CloudWatch's embedded metric format: a line of JSON on stdout that CloudWatch turns into metrics.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { writeLine } from './log.ts';

const NAMESPACE = 'SessionHooks';
/** The format's limit of values of one metric in one line. */
const MOST_VALUES = 100;

/** A metric: one value, or many of which CloudWatch makes statistics. */
export interface Metric {
  value: number | readonly number[];
  unit: 'Count' | 'Milliseconds' | 'Seconds';
}

/** Writes metrics by name, with the function as their one dimension. A metric without values is left out. */
export function emitMetrics(
  metrics: Readonly<Record<string, Metric>>,
  fields: { FunctionName: string },
): void {
  writeLine(metricsLine(metrics, fields, Date.now()));
}

/** The line of {@link emitMetrics}. Pure. @param nowMs epoch milliseconds. */
export function metricsLine(
  metrics: Readonly<Record<string, Metric>>,
  fields: { FunctionName: string },
  nowMs: number,
): object {
  const present = Object.entries(metrics).flatMap(([name, { value, unit }]) => {
    const values = (typeof value === 'number' ? [value] : value)
      .filter(Number.isFinite)
      .slice(0, MOST_VALUES);
    return values.length === 0 ? [] : [{ name, unit, values }];
  });
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
