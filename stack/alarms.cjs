/**
 * The alarms, and the SNS topic that they notify. Read by serverless.yml. docs/operating.md has a row for each alarm.
 * @import { Json, Variables } from './types.d.cts'
 */

/** The logical ids of the functions, by name. */
const FUNCTIONS = {
  'session-events': 'SessionDasheventsLambdaFunction',
  'stale-sessions': 'StaleDashsessionsLambdaFunction',
  hook: 'HookLambdaFunction',
};

/** @param {Variables} variables */
module.exports = async ({ resolveVariable }) => {
  const oldest = Number(await resolveVariable('param:oldestMessageSeconds'));
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
      DeadLettersAlarm: alarm(
        'The dead-letter queue is not empty: some events could not be applied. To see why, run: npm run dead-letters -- list --dead-letter-queue-url URL',
        metric('AWS/SQS', 'ApproximateNumberOfMessagesVisible', queue('DeadLettersQueue'), 'Maximum'),
      ),
      OldestMessageAlarm: alarm(
        `An event has waited in the queue for more than ${oldest} seconds. The log of session-events shows why events go back to the queue.`,
        metric('AWS/SQS', 'ApproximateAgeOfOldestMessage', queue('EventsQueue'), 'Maximum'),
        oldest,
      ),
      ApiAuthFailuresAlarm: alarm(
        'The Edgegap API refuses the API key. No event is lost. Store a valid key where SESSIONS_API_KEY points.',
        own('ApiAuthFailures', FUNCTIONS['session-events']),
      ),
      ApiSurfaceMissingAlarm: alarm(
        'The Edgegap API answers 404 to every request. No event is lost. Check SESSIONS_API_URL.',
        own('ApiSurfaceMissing', FUNCTIONS['session-events']),
      ),
      MemoryUnavailableAlarm: alarm(
        'The memory, a DynamoDB table, does not answer. Sessions are still deleted; events about users wait. No event is lost. The log of session-events shows why.',
        own('MemoryUnavailable', FUNCTIONS['session-events']),
      ),
      SweepGuardTrippedAlarm: alarm(
        'The sweep found more stale sessions than SWEEP_MAX_STOPS allows and stopped none. To list them, run: npm run sweep',
        own('SweepGuardTripped', FUNCTIONS['stale-sessions']),
      ),
      SweepDeploymentsGuardTrippedAlarm: alarm(
        'The sweep found more stale deployments than SWEEP_DEPLOYMENT_MAX_STOPS allows and stopped none. The log of stale-sessions lists them.',
        own('SweepDeploymentsGuardTripped', FUNCTIONS['stale-sessions']),
      ),
      ...Object.fromEntries(
        Object.entries(FUNCTIONS).map(([name, id]) => [
          `${id.replace('LambdaFunction', '')}ErrorsAlarm`,
          alarm(
            `Invocations of the function ${name} fail. Its log shows why.`,
            metric('AWS/Lambda', 'Errors', functionOf(id)),
          ),
        ]),
      ),
      HookUnavailableAlarm: alarm(
        'The hook answers 5xx. Senders must send the same requests again.',
        metric('AWS/ApiGateway', '5xx', [{ Name: 'ApiId', Value: { Ref: 'HttpApi' } }]),
      ),
    },
    Outputs: {
      AlarmTopicArn: { Description: 'The SNS topic that the alarms notify', Value: { Ref: 'AlarmTopic' } },
    },
  };
};

/**
 * An alarm that fires when a metric is above the threshold in a period of five minutes.
 * @param {string} AlarmDescription
 * @param {ReturnType<typeof metric>} of
 */
function alarm(AlarmDescription, of, Threshold = 0) {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription,
      ...of,
      Threshold,
      ComparisonOperator: 'GreaterThanThreshold',
      Period: 300,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: 'AlarmTopic' }],
      OKActions: [{ Ref: 'AlarmTopic' }],
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
function own(name, functionId) {
  return metric('SessionHooks', name, functionOf(functionId));
}

/** @param {string} id */
function functionOf(id) {
  return [{ Name: 'FunctionName', Value: { Ref: id } }];
}

/** @param {string} id */
function queue(id) {
  return [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [id, 'QueueName'] } }];
}
