/** One role a function, with what its code needs and nothing else. Read by serverless.yml. */

module.exports = async ({ resolveVariable }) => {
  const stage = await resolveVariable('sls:stage');
  const api = secretsOf(stage, ['api-key']);
  const hook = secretsOf(stage, ['hook-secret', 'edgegap-token']);
  return {
    Parameters: { Tracing: { Type: 'String', Default: await resolveVariable('param:tracing') } },
    Conditions: { IsTraced: { 'Fn::Equals': [{ Ref: 'Tracing' }, 'Active'] } },
    Resources: {
      SessionEventsRole: role('session-events', 'SessionDasheventsLogGroup', [
        allow(
          'sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:ChangeMessageVisibility',
          arnOf('EventsQueue'),
        ),
        allow('sqs:SendMessage', arnOf('DeadLettersQueue')),
        ...api,
      ]),
      StaleSessionsRole: role('stale-sessions', 'StaleDashsessionsLogGroup', api),
      HookRole: role('hook', 'HookLogGroup', [allow('sqs:SendMessage', arnOf('EventsQueue')), ...hook]),
    },
  };
};

function role(name, logGroup, statements) {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: policy([
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
      ]),
      Policies: [
        {
          PolicyName: name,
          PolicyDocument: policy([
            allow('logs:CreateLogStream logs:PutLogEvents', arnOf(logGroup)),
            ...statements,
            // X-Ray has no resources to name.
            {
              'Fn::If': [
                'IsTraced',
                allow('xray:PutTraceSegments xray:PutTelemetryRecords', '*'),
                { Ref: 'AWS::NoValue' },
              ],
            },
          ]),
        },
      ],
    },
  };
}

/** Secrets of these names in Parameter Store and in Secrets Manager, under session-hooks/STAGE/. */
function secretsOf(stage, names) {
  const arns = (service, kind) =>
    names.map((name) => ({
      'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${kind}session-hooks/${stage}/${name}*`,
    }));
  return [
    allow('ssm:GetParameter', arns('ssm', 'parameter/')),
    allow('secretsmanager:GetSecretValue', arns('secretsmanager', 'secret:')),
  ];
}

function allow(actions, Resource) {
  return { Effect: 'Allow', Action: actions.split(' '), Resource };
}

function policy(Statement) {
  return { Version: '2012-10-17', Statement };
}

function arnOf(resource) {
  return { 'Fn::GetAtt': [resource, 'Arn'] };
}
