/** What wakes an operator, and where it is said. Read by serverless.yml. */

const FUNCTIONS = {
  'session-events': 'SessionDasheventsLambdaFunction',
  'stale-sessions': 'StaleDashsessionsLambdaFunction',
  hook: 'HookLambdaFunction',
};

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
        'Events could not be applied. See why: npm run dead-letters -- list --dead-letter-queue-url URL',
        metric('AWS/SQS', 'ApproximateNumberOfMessagesVisible', queue('DeadLettersQueue'), 'Maximum'),
      ),
      OldestMessageAlarm: alarm(
        'Events wait too long. The log of session-events says why they go back to the queue.',
        metric('AWS/SQS', 'ApproximateAgeOfOldestMessage', queue('EventsQueue'), 'Maximum'),
        oldest,
      ),
      ApiAuthFailuresAlarm: alarm(
        'The Sessions API refuses the API key. Nothing is lost meanwhile: put the right key where SESSIONS_API_KEY points.',
        own('ApiAuthFailures', 'session-events'),
      ),
      ApiSurfaceMissingAlarm: alarm(
        'The Sessions API answers 404 to everything. Nothing is lost meanwhile: check SESSIONS_API_URL.',
        own('ApiSurfaceMissing', 'session-events'),
      ),
      SweepGuardTrippedAlarm: alarm(
        'More sessions are stale than SWEEP_MAX_STOPS allows: none was stopped. See which: npm run sweep',
        own('SweepGuardTripped', 'stale-sessions'),
      ),
      ...Object.fromEntries(
        Object.entries(FUNCTIONS).map(([name, id]) => [
          `${id.replace('LambdaFunction', '')}ErrorsAlarm`,
          alarm(
            `The function ${name} fails. Its log says why.`,
            metric('AWS/Lambda', 'Errors', functionOf(name)),
          ),
        ]),
      ),
      HookUnavailableAlarm: alarm(
        'The hook answers 5xx: senders must send again.',
        metric('AWS/ApiGateway', '5xx', [{ Name: 'ApiId', Value: { Ref: 'HttpApi' } }]),
      ),
    },
    Outputs: {
      AlarmTopicArn: { Description: 'Alarms are said here', Value: { Ref: 'AlarmTopic' } },
    },
  };
};

/** Above the threshold within five minutes. */
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

function metric(Namespace, MetricName, Dimensions, Statistic = 'Sum') {
  return { Namespace, MetricName, Dimensions, Statistic };
}

function own(name, functionName) {
  return metric('SessionHooks', name, functionOf(functionName));
}

function functionOf(name) {
  return [{ Name: 'FunctionName', Value: { Ref: FUNCTIONS[name] } }];
}

function queue(id) {
  return [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [id, 'QueueName'] } }];
}
