/**
 * The alarms, and the SNS topic that they notify. docs/runbook.md has an entry for each alarm, which its
 * description links to. Read by serverless.yml.
 * @import { Json, Variables } from './types.d.cts'
 */

const { durationMs } = require('../lib/runtime/environment.ts');

/** The logical ids of the functions, by name. */
const FUNCTIONS = {
  'session-events': 'SessionDasheventsLambdaFunction',
  'stale-sessions': 'StaleDashsessionsLambdaFunction',
  hook: 'HookLambdaFunction',
};
const EVENTS = FUNCTIONS['session-events'];
const SWEEP = FUNCTIONS['stale-sessions'];

/** A single blip must not raise an alarm: three of six periods are at least a quarter of an hour, and at most half. */
const LASTING = { EvaluationPeriods: 6, DatapointsToAlarm: 3 };
/** A retried event may stay hidden for 15 minutes: the alarm holds while no batch reports. */
const HELD = { EvaluationPeriods: 4, DatapointsToAlarm: 1 };
/** Two quarters of an hour without one of the sweeps that run every ten minutes. */
const MISSING = {
  ComparisonOperator: 'LessThanThreshold',
  Threshold: 1,
  Period: 900,
  EvaluationPeriods: 2,
  TreatMissingData: 'breaching',
};

/** @param {Variables} variables */
module.exports = async ({ resolveVariable }) => {
  const oldest = Number(await resolveVariable('param:oldestMessageSeconds'));
  // A removal that is held back is not late before its time.
  const late = oldest + durationMs(String(await resolveVariable('param:userLeftGrace'))) / 1000;
  const alarms = { ...ofQueues(late), ...ofEvents(late), ...ofSweep(), ...ofFunctions() };
  const runbook = String(await resolveVariable('param:runbookUrl'));
  return {
    Parameters: { AlarmEmail: { Type: 'String', Default: await resolveVariable('param:alarmEmail') } },
    Conditions: { HasAlarmEmail: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'AlarmEmail' }, ''] }] } },
    Resources: {
      AlarmTopic: { Type: 'AWS::SNS::Topic' },
      AlarmSubscription: {
        Type: 'AWS::SNS::Subscription',
        Condition: 'HasAlarmEmail',
        Properties: { Protocol: 'email', TopicArn: { Ref: 'AlarmTopic' }, Endpoint: { Ref: 'AlarmEmail' } },
      },
      ...Object.fromEntries(
        Object.entries(alarms).map(([id, [meaning, properties]]) => [
          id,
          alarm(`${meaning} What to do: ${runbook}#${id.toLowerCase()}`, properties),
        ]),
      ),
    },
    Outputs: {
      AlarmTopicArn: { Description: 'The SNS topic that the alarms notify', Value: { Ref: 'AlarmTopic' } },
    },
  };
};

/**
 * Alarms by id: what they mean, and what they watch.
 * @typedef {Record<string, [meaning: string, properties: { [name: string]: Json }]>} Alarms
 */

/**
 * @param {number} late seconds
 * @returns {Alarms}
 */
function ofQueues(late) {
  return {
    DeadLettersAlarm: [
      'The dead-letter queue is not empty: some events could not be applied.',
      metric('AWS/SQS', 'ApproximateNumberOfMessagesVisible', queue('DeadLettersQueue'), 'Maximum'),
    ],
    OldestMessageAlarm: [
      `An event waits in the queue for more than ${late} seconds: session-events does not take events, or is too slow.`,
      {
        ...metric('AWS/SQS', 'ApproximateAgeOfOldestMessage', queue('EventsQueue'), 'Maximum'),
        Threshold: late,
      },
    ],
  };
}

/**
 * @param {number} late seconds
 * @returns {Alarms}
 */
function ofEvents(late) {
  return {
    EventAgeAlarm: [
      `An event is older than ${late} seconds and still not done: it is tried again and again, or the queue is long.`,
      { ...own('EventAge', EVENTS, 'Maximum'), Threshold: late * 1000, ...HELD },
    ],
    EventsRetriedAlarm: [
      'Events have been going back to the queue for a quarter of an hour. No event is lost.',
      { ...own('EventsRetried', EVENTS), ...LASTING },
    ],
    ApiThrottledAlarm: [
      'The Edgegap API has been answering 429 for a quarter of an hour: the rate is used up. No event is lost.',
      { ...own('ApiThrottled', EVENTS), ...LASTING },
    ],
    ApiAuthFailuresAlarm: [
      'The Edgegap API refuses the API key, also after it was read again. No event is lost.',
      own('ApiAuthFailures', EVENTS),
    ],
    ApiSurfaceMissingAlarm: [
      'The Edgegap API answers 404 to every request. No event is lost.',
      own('ApiSurfaceMissing', EVENTS),
    ],
    MemoryUnavailableAlarm: [
      'The memory, a DynamoDB table, does not answer. Sessions are still deleted; events about users wait.',
      own('MemoryUnavailable', EVENTS),
    ],
  };
}

/** @returns {Alarms} */
function ofSweep() {
  return {
    SweepGuardTrippedAlarm: [
      'The sweep found more stale sessions than SWEEP_MAX_STOPS allows and stopped none.',
      own('SweepGuardTripped', SWEEP),
    ],
    SweepDeploymentsGuardTrippedAlarm: [
      'The sweep found more stale deployments than SWEEP_DEPLOYMENT_MAX_STOPS allows and stopped none.',
      own('SweepDeploymentsGuardTripped', SWEEP),
    ],
    SweepMissingAlarm: [
      'No sweep has ended for half an hour.',
      { ...own('SweepDuration', SWEEP, 'SampleCount'), ...MISSING },
    ],
  };
}

/** @returns {Alarms} */
function ofFunctions() {
  return {
    ...Object.fromEntries(
      Object.entries(FUNCTIONS).map(([name, id]) => [
        `${id.replace('LambdaFunction', '')}ErrorsAlarm`,
        [`Invocations of the function ${name} fail.`, metric('AWS/Lambda', 'Errors', functionOf(id))],
      ]),
    ),
    ThrottlesAlarm: [
      'Lambda has been refusing to start session-events for a quarter of an hour: the concurrency of the account is used up.',
      { ...metric('AWS/Lambda', 'Throttles', functionOf(EVENTS)), ...LASTING },
    ],
    HookUnavailableAlarm: [
      'The hook answers 5xx. Senders must send the same requests again.',
      metric('AWS/ApiGateway', '5xx', [{ Name: 'ApiId', Value: { Ref: 'HttpApi' } }]),
    ],
  };
}

/**
 * An alarm that fires when a metric is above 0 in a period of five minutes, unless the properties say otherwise.
 * @param {string} AlarmDescription
 * @param {{ [name: string]: Json }} properties
 */
function alarm(AlarmDescription, properties) {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      Period: 300,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: 'AlarmTopic' }],
      OKActions: [{ Ref: 'AlarmTopic' }],
      ...properties,
    },
  };
}

/**
 * @param {string} Namespace
 * @param {string} MetricName
 * @param {{ Name: string, Value: Json }[]} Dimensions
 */
function metric(Namespace, MetricName, Dimensions, Statistic = 'Sum') {
  return { Namespace, MetricName, Dimensions, Statistic };
}

/**
 * A metric that the function itself writes.
 * @param {string} name
 * @param {string} functionId
 */
function own(name, functionId, statistic = 'Sum') {
  return metric('SessionHooks', name, functionOf(functionId), statistic);
}

/** @param {string} id */
function functionOf(id) {
  return [{ Name: 'FunctionName', Value: { Ref: id } }];
}

/** @param {string} id */
function queue(id) {
  return [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [id, 'QueueName'] } }];
}
