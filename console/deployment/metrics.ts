/** The points of the charts from CloudWatch's metrics. */
import * as z from 'zod/mini';
import type { FlowPoint } from '../protocol.ts';
import { emptyPoint } from '../telemetry/flow.ts';
import type { Aws } from './aws.ts';

/** The names that the metrics are found by. */
export interface MetricNames {
  functionName: string;
  queueName: string;
  deadLetterQueueName: string;
}

const PERIOD_S = 60;

const answerSchema = z.looseObject({
  MetricDataResults: z.array(
    z.looseObject({ Id: z.string(), Timestamps: z.array(z.number()), Values: z.array(z.number()) }),
  ),
});

/** The member of a point that each metric becomes, by its id. */
const MEMBERS: Readonly<Record<string, (value: number) => Partial<FlowPoint>>> = {
  events: (events) => ({ events }),
  calls: (calls) => ({ calls }),
  saved: (saved) => ({ saved }),
  queued: (queued) => ({ queued }),
  flight: (inFlight) => ({ inFlight }),
  dead: (deadLetters) => ({ deadLetters }),
  oldest: (seconds) => ({ oldestMs: seconds * 1000 }),
};

/**
 * Reads the points of the last minutes, one a minute.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
export async function readMetrics(aws: Aws, names: MetricNames, minutes: number): Promise<FlowPoint[]> {
  const end = Math.floor(Date.now() / 60_000) * 60;
  const start = end - minutes * 60;
  const answer = await aws.post('monitoring', 'GraniteServiceVersion20100801.GetMetricData', '1.0', {
    StartTime: start,
    EndTime: end + PERIOD_S,
    MetricDataQueries: queriesOf(names),
  });
  return pointsOf(answerSchema.parse(answer).MetricDataResults, start, end);
}

function queriesOf({ functionName, queueName, deadLetterQueueName }: MetricNames): object[] {
  const query = (Id: string, Stat: string, Metric: object): object => ({
    Id,
    MetricStat: { Metric, Period: PERIOD_S, Stat },
  });
  const own = (id: string, MetricName: string): object =>
    query(id, 'Sum', {
      Namespace: 'SessionHooks',
      MetricName,
      Dimensions: [{ Name: 'FunctionName', Value: functionName }],
    });
  const sqs = (id: string, MetricName: string, Value: string): object =>
    query(id, 'Maximum', { Namespace: 'AWS/SQS', MetricName, Dimensions: [{ Name: 'QueueName', Value }] });
  return [
    own('events', 'EventsReceived'),
    own('calls', 'ApiCalls'),
    own('saved', 'ApiCallsSaved'),
    sqs('queued', 'ApproximateNumberOfMessagesVisible', queueName),
    sqs('flight', 'ApproximateNumberOfMessagesNotVisible', queueName),
    sqs('dead', 'ApproximateNumberOfMessagesVisible', deadLetterQueueName),
    sqs('oldest', 'ApproximateAgeOfOldestMessage', queueName),
  ];
}

/** A minute without a value of a metric that counts is a minute in which nothing happened. */
function pointsOf(
  results: z.infer<typeof answerSchema>['MetricDataResults'],
  start: number,
  end: number,
): FlowPoint[] {
  const points = new Map<number, FlowPoint>();
  for (let at = start; at <= end; at += PERIOD_S) points.set(at, emptyPoint(at * 1000));
  for (const { Id, Timestamps, Values } of results) {
    for (const [index, at] of Timestamps.entries()) {
      const point = points.get(at);
      const value = Values[index];
      if (point !== undefined && value !== undefined) points.set(at, { ...point, ...MEMBERS[Id]?.(value) });
    }
  }
  return [...points.values()];
}
