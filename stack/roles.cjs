/**
 * One role for each function, with the permissions that its code needs and no others. Read by serverless.yml.
 * @import { Json, Variables } from './types.d.cts'
 */

const { statements: memory } = require('./table.cjs');

/** @param {Variables} variables */
module.exports = async ({ resolveVariable }) => {
  const stage = String(await resolveVariable('sls:stage'));
  const api = secretsOf(stage, ['api-key']);
  const hook = secretsOf(stage, ['hook-secret', 'edgegap-token', 'photon-secret']);
  const shared = await sharedOf(resolveVariable);
  const key = await keyUse(resolveVariable);
  return {
    Parameters: { Tracing: { Type: 'String', Default: await resolveVariable('param:tracing') } },
    Conditions: { IsTraced: { 'Fn::Equals': [{ Ref: 'Tracing' }, 'Active'] } },
    Resources: {
      SessionEventsRole: role(shared, 'session-events', 'SessionDasheventsLogGroup', [
        allow(
          'sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:ChangeMessageVisibility',
          arnOf('EventsQueue'),
        ),
        allow('sqs:SendMessage', arnOf('DeadLettersQueue')),
        memory.sessionEvents,
        ...api,
        ...key,
      ]),
      StaleSessionsRole: role(shared, 'stale-sessions', 'StaleDashsessionsLogGroup', [
        memory.sweep,
        ...api,
        ...key,
      ]),
      HookRole: role(shared, 'hook', 'HookLogGroup', [
        allow('sqs:SendMessage', arnOf('EventsQueue')),
        ...hook,
        ...key,
      ]),
      // The rest of it is in sources.yml.
      SweepScheduleRole: { Properties: shared },
    },
  };
};

/**
 * What an account may ask of every role: a path, and a policy that bounds its permissions.
 * @param {Variables['resolveVariable']} resolveVariable
 */
async function sharedOf(resolveVariable) {
  const boundary = String(await resolveVariable('param:permissionsBoundary'));
  return {
    Path: String(await resolveVariable('param:rolePath')),
    ...(boundary !== '' && { PermissionsBoundary: boundary }),
  };
}

/**
 * Permission to use your own key, which encrypts the queues, the table and perhaps the secrets.
 * @param {Variables['resolveVariable']} resolveVariable
 */
async function keyUse(resolveVariable) {
  const key = String(await resolveVariable('param:kmsKeyArn'));
  return key === '' ? [] : [allow('kms:Decrypt kms:GenerateDataKey', key)];
}

/**
 * A role that may also write the function's log and, where tracing is on, its traces.
 * @param {{ [name: string]: Json }} shared
 * @param {string} name
 * @param {string} logGroup
 * @param {Json[]} statements
 */
function role(shared, name, logGroup, statements) {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      ...shared,
      AssumeRolePolicyDocument: policy([
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
      ]),
      Policies: [
        {
          PolicyName: name,
          PolicyDocument: policy([
            allow('logs:CreateLogStream logs:PutLogEvents', arnOf(logGroup)),
            ...statements,
            // X-Ray's actions take no resource.
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

/**
 * Permission to read the secrets of these names in Parameter Store and Secrets Manager, under session-hooks/STAGE/.
 * @param {string} stage
 * @param {string[]} names
 */
function secretsOf(stage, names) {
  /**
   * @param {string} service
   * @param {string} kind
   */
  const arns = (service, kind) =>
    names.map((name) => ({
      'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${kind}session-hooks/${stage}/${name}*`,
    }));
  return [
    allow('ssm:GetParameter', arns('ssm', 'parameter/')),
    allow('secretsmanager:GetSecretValue', arns('secretsmanager', 'secret:')),
  ];
}

/**
 * @param {string} actions separated by spaces
 * @param {Json} Resource
 */
function allow(actions, Resource) {
  return { Effect: 'Allow', Action: actions.split(' '), Resource };
}

/** @param {Json[]} Statement */
function policy(Statement) {
  return { Version: '2012-10-17', Statement };
}

/** @param {string} resource */
function arnOf(resource) {
  return { 'Fn::GetAtt': [resource, 'Arn'] };
}
