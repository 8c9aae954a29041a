/**
 * CloudWatch's alarms, as far as the stack uses them: the metrics of embedded metric format lines, and "M out of
 * N" over periods with missing data.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
import * as z from 'zod/mini';

/** Values of metrics by `NAMESPACE NAME DIMENSION`. One is what five minutes bring. */
export type Slot = ReadonlyMap<string, readonly number[]>;

const SLOT_SECONDS = 300;

const Alarm = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.tuple([z.object({ Value: z.unknown() })]),
  Statistic: z.enum(['Sum', 'Maximum', 'SampleCount']),
  ComparisonOperator: z.enum(['GreaterThanThreshold', 'LessThanThreshold']),
  Threshold: z.number(),
  Period: z.number(),
  EvaluationPeriods: z.number(),
  DatapointsToAlarm: z.optional(z.number()),
  TreatMissingData: z.enum(['notBreaching', 'breaching']),
});
const Embedded = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z.array(
      z.object({ Namespace: z.string(), Metrics: z.array(z.object({ Name: z.string() })) }),
    ),
  }),
});
const Values = z.union([z.number(), z.array(z.number())]);

/** The metrics that a function wrote. @param dimension what the alarms call the function. */
export function slotOf(logs: readonly string[], dimension: string): Slot {
  const slot = new Map<string, number[]>();
  // The AWS SDK warns in plain text.
  for (const log of logs.filter((line) => line.startsWith('{'))) {
    const line = Embedded.safeParse(JSON.parse(log)).data;
    for (const { Namespace, Metrics } of line?._aws.CloudWatchMetrics ?? [])
      for (const { Name } of Metrics) {
        const key = `${Namespace} ${Name} ${dimension}`;
        slot.set(key, [...(slot.get(key) ?? []), ...[Values.parse(line?.[Name])].flat()]);
      }
  }
  return slot;
}

/**
 * Whether an alarm is in the state ALARM.
 * @param properties those of the template, references resolved.
 * @param slots the last one is now; before the first one nothing is known.
 */
export function fires(properties: unknown, slots: readonly Slot[]): boolean {
  const alarm = Alarm.parse(properties);
  const needed = alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods;
  const breaching = Array.from({ length: alarm.EvaluationPeriods }, (_, back) =>
    breaches(alarm, slots, back),
  );
  return breaching.filter(Boolean).length >= needed;
}

function breaches(alarm: z.infer<typeof Alarm>, slots: readonly Slot[], back: number): boolean {
  const width = alarm.Period / SLOT_SECONDS;
  const end = slots.length - back * width;
  if (end <= 0) return false;
  const key = `${alarm.Namespace} ${alarm.MetricName} ${alarm.Dimensions[0].Value}`;
  const values = slots.slice(Math.max(0, end - width), end).flatMap((slot) => slot.get(key) ?? []);
  if (values.length === 0) return alarm.TreatMissingData === 'breaching';
  const value = {
    Sum: values.reduce((sum, one) => sum + one, 0),
    Maximum: Math.max(...values),
    SampleCount: values.length,
  }[alarm.Statistic];
  return alarm.ComparisonOperator === 'LessThanThreshold' ? value < alarm.Threshold : value > alarm.Threshold;
}
