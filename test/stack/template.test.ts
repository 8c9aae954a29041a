/** What a deployment would make, proven from the packaged template: no AWS account is needed for it. */
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { readApiConfig } from '../../lib/edgegap/config.ts';
import { failed } from '../../lib/hook/answers.ts';
import { readHookConfig } from '../../lib/hook/config.ts';
import { reportHook } from '../../lib/hook/report.ts';
import { readMemoryConfig } from '../../lib/memory/config.ts';
import { batchMetrics } from '../../lib/session-events/batch-metrics.ts';
import { readQueueConfig } from '../../lib/session-events/config.ts';
import { readSweepConfig } from '../../lib/sweep/config.ts';
import { reportDeploymentSweep } from '../../lib/sweep/deployment-telemetry.ts';
import { reportSweep } from '../../lib/sweep/telemetry.ts';
import { packageStack, type Resource, resolved } from '../support/template.ts';

const stack = await packageStack('test');
const traced = await packageStack('other', 'tracing=Active', 'apiRate=25', 'maximumConcurrency=5');
const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000';
const BOUNDARY = 'arn:aws:iam::123456789012:policy/boundary';
/** The stage of an account that asks for much. */
const demanding = await packageStack(
  'demanding',
  'topicArn=arn:aws:sns:us-west-2:123456789012:events',
  `kmsKeyArn=${KEY}`,
  `permissionsBoundary=${BOUNDARY}`,
  'rolePath=/games/',
  'tags=team=live-ops,game=tower',
  'terminationProtection=yes',
);
afterAll(async () => {
  await stack.remove();
  await traced.remove();
  await demanding.remove();
});

const FUNCTIONS = {
  'session-events': 'SessionDasheventsLambdaFunction',
  'stale-sessions': 'StaleDashsessionsLambdaFunction',
  hook: 'HookLambdaFunction',
} as const;
type FunctionName = keyof typeof FUNCTIONS;

function properties(id: string, from = stack.resources): Record<string, unknown> {
  const resource = from[id];
  if (resource === undefined) throw new Error(`There is no resource ${id}.`);
  return z.record(z.string(), z.unknown()).parse(resolved(resource.Properties));
}

const byType = (type: string, from = stack.resources): [string, Resource][] =>
  Object.entries(from).filter(([, resource]) => resource.Type === type);

const environment = (name: FunctionName, from = stack.resources): Record<string, string> =>
  z
    .object({ Variables: z.record(z.string(), z.coerce.string()) })
    .parse(properties(FUNCTIONS[name], from).Environment).Variables;

describe('every function starts with the environment that it is given', () => {
  test('session-events', () => {
    const env = environment('session-events');
    expect(readApiConfig(env)).toMatchObject({ apiKey: 'ssm:/session-hooks/test/api-key', apiRate: 4 });
    expect(readQueueConfig(env)).toEqual({
      eventsQueueUrl: 'https://sqs.example/EventsQueue',
      deadLetterQueueUrl: 'https://sqs.example/DeadLettersQueue',
    });
    expect(readMemoryConfig(env)).toEqual({ table: 'MemoryTable', days: 15 });
  });
  test('stale-sessions', () => {
    expect(readMemoryConfig(environment('stale-sessions'))).toEqual({ table: 'MemoryTable', days: 15 });
    expect(readApiConfig(environment('stale-sessions'))).toMatchObject({ apiRate: 2 });
    expect(readSweepConfig(environment('stale-sessions'))).toEqual(readSweepConfig({}));
  });
  test('hook', () => {
    expect(readHookConfig(environment('hook'))).toEqual({
      signingSecrets: ['ssm:/session-hooks/test/hook-secret'],
      edgegapToken: undefined,
      photonSecret: undefined,
      eventsQueueUrl: 'https://sqs.example/EventsQueue',
    });
  });
});

describe('permissions: what the code needs, and no other', () => {
  const statementSchema = z.object({
    Effect: z.literal('Allow'),
    Action: z.array(z.string()),
    Resource: z.union([z.string(), z.array(z.string())]),
  });
  const roleSchema = z.object({
    Policies: z.tuple([z.object({ PolicyDocument: z.object({ Statement: z.array(z.unknown()) }) })]),
  });
  const account = ['AWS::Partition', 'AWS::Region', 'AWS::AccountId'].map((name) => `\${${name}}`);
  const secrets = (service: string, kind: string, ...names: string[]) =>
    names.map((name) => {
      const [partition, region, accountId] = account;
      return `arn:${partition}:${service}:${region}:${accountId}:${kind}session-hooks/test/${name}*`;
    });
  const reading = (...names: string[]) => [
    { Action: ['ssm:GetParameter'], Resource: secrets('ssm', 'parameter/', ...names) },
    { Action: ['secretsmanager:GetSecretValue'], Resource: secrets('secretsmanager', 'secret:', ...names) },
  ];
  const remembering = (...operations: string[]) => ({
    Action: operations.map((operation) => `dynamodb:${operation}`),
    Resource: 'MemoryTable.Arn',
  });
  const logging = (group: string) => ({
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: `${group}.Arn`,
  });
  const expected: [FunctionName, string, object[]][] = [
    [
      'session-events',
      'SessionEventsRole',
      [
        logging('SessionDasheventsLogGroup'),
        {
          Action: [
            'sqs:ReceiveMessage',
            'sqs:DeleteMessage',
            'sqs:GetQueueAttributes',
            'sqs:ChangeMessageVisibility',
          ],
          Resource: 'EventsQueue.Arn',
        },
        { Action: ['sqs:SendMessage'], Resource: 'DeadLettersQueue.Arn' },
        remembering('BatchGetItem', 'BatchWriteItem', 'PutItem', 'UpdateItem'),
        ...reading('api-key'),
      ],
    ],
    [
      'stale-sessions',
      'StaleSessionsRole',
      [
        logging('StaleDashsessionsLogGroup'),
        remembering('BatchGetItem', 'BatchWriteItem', 'UpdateItem'),
        ...reading('api-key'),
      ],
    ],
    [
      'hook',
      'HookRole',
      [
        logging('HookLogGroup'),
        { Action: ['sqs:SendMessage'], Resource: 'EventsQueue.Arn' },
        ...reading('hook-secret', 'edgegap-token', 'photon-secret'),
      ],
    ],
  ];

  test.each(expected)('%s', (name, role, permissions) => {
    expect(properties(FUNCTIONS[name]).Role).toBe(`${role}.Arn`);
    const [{ PolicyDocument }] = roleSchema.parse(properties(role)).Policies;
    const statements = PolicyDocument.Statement.flatMap(
      (statement) => statementSchema.safeParse(statement).data ?? [],
    );
    expect(statements).toEqual(permissions.map((permission) => ({ Effect: 'Allow', ...permission })));
    // The other statement is that of X-Ray, where it is switched on.
    expect(PolicyDocument.Statement).toHaveLength(permissions.length + 1);
    expect(JSON.stringify(PolicyDocument.Statement.at(-1))).toContain('"IsTraced"');
  });

  test('no role but these, and that of the schedule, which may invoke one function', () => {
    expect(
      byType('AWS::IAM::Role')
        .map(([id]) => id)
        .sort(),
    ).toEqual(['HookRole', 'SessionEventsRole', 'StaleSessionsRole', 'SweepScheduleRole']);
    const [{ PolicyDocument }] = roleSchema.parse(properties('SweepScheduleRole')).Policies;
    expect(PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: 'StaleDashsessionsLambdaFunction.Arn',
      },
    ]);
  });

  test.each(['EventsQueue', 'DeadLettersQueue'])(
    '%s has one policy of its own, about itself alone: without TLS it refuses all, and it takes what its sources send',
    (queue) => {
      const policies = byType('AWS::SQS::QueuePolicy').map(([id]) => properties(id));
      const [policy, ...others] = policies.filter(({ Queues }) => JSON.stringify(Queues).includes(queue));
      expect(others).toEqual([]);
      expect(policy?.Queues).toEqual([`https://sqs.example/${queue}`]);
      const text = JSON.stringify(policy);
      const resources = [...text.matchAll(/"Resource":("[^"]*"|\[[^\]]*\])/g)].map(
        ([, resource]) => resource,
      );
      expect(resources).toEqual(Array(3).fill(`"${queue}.Arn"`));
      expect(text).toContain('"Condition":{"Bool":{"aws:SecureTransport":"false"}}');
      for (const sender of ['EventBusRule.Arn', 'ref:TopicArn'])
        expect(text).toContain(`"Condition":{"ArnEquals":{"aws:SourceArn":"${sender}"}}`);
    },
  );

  test('the policy that was for both queues is updated before the second one is made: its removal would come last', () => {
    expect(properties('QueuesPolicy').Queues).toEqual(['https://sqs.example/EventsQueue']);
    expect(stack.resources.DeadLettersQueuePolicy?.DependsOn).toEqual(['QueuesPolicy']);
  });

  test('what the bus or the topic cannot deliver becomes a dead letter', () => {
    expect(properties('EventBusRule').Targets).toEqual([
      expect.objectContaining({ DeadLetterConfig: { Arn: 'DeadLettersQueue.Arn' } }),
    ]);
    expect(properties('TopicSubscription').RedrivePolicy).toEqual({
      'Fn::If': ['TopicIsHere', { deadLetterTargetArn: 'DeadLettersQueue.Arn' }, 'ref:AWS::NoValue'],
    });
  });

  test('the subscription is made where the topic is', () => {
    expect(properties('TopicSubscription').Region).toBe('ref:AWS::Region');
    expect(properties('TopicSubscription', demanding.resources).Region).toBe('us-west-2');
  });
});

describe('arithmetic', () => {
  const queue = z.looseObject({
    VisibilityTimeout: z.number(),
    MessageRetentionPeriod: z.number(),
    RedrivePolicy: z.object({ maxReceiveCount: z.number(), deadLetterTargetArn: z.string() }),
    SqsManagedSseEnabled: z.literal(true),
  });
  const lambda = z.looseObject({ Timeout: z.number(), MemorySize: z.number() });
  const source = z.looseObject({
    BatchSize: z.number(),
    MaximumBatchingWindowInSeconds: z.number(),
    ScalingConfig: z.object({ MaximumConcurrency: z.number() }),
    FunctionResponseTypes: z.tuple([z.literal('ReportBatchItemFailures')]),
  });
  const events = queue.parse(properties('EventsQueue'));
  const [[sourceId] = ['']] = byType('AWS::Lambda::EventSourceMapping');
  const mapping = source.parse(properties(sourceId));
  const { Timeout } = lambda.parse(properties(FUNCTIONS['session-events']));

  test('a message stays hidden for six timeouts and the window', () => {
    expect(events.VisibilityTimeout).toBeGreaterThanOrEqual(
      6 * Timeout + mapping.MaximumBatchingWindowInSeconds,
    );
  });
  test('receives last longer than an outage, and retention longer than receives', () => {
    const meanBackOffSeconds = 900 / 2;
    const seconds = events.RedrivePolicy.maxReceiveCount * meanBackOffSeconds;
    expect(seconds).toBeGreaterThan(86_400);
    expect(events.MessageRetentionPeriod).toBeGreaterThan(seconds);
    expect(properties('DeadLettersQueue').MessageRetentionPeriod).toBeGreaterThanOrEqual(
      events.MessageRetentionPeriod,
    );
    expect(events.RedrivePolicy.deadLetterTargetArn).toBe('DeadLettersQueue.Arn');
  });
  test.each([
    ['the default', stack, 10],
    ['apiRate=25', traced, 25],
  ])('all functions together stay within the rate: %s', (_, { resources }, apiRate) => {
    const { MaximumConcurrency } = source.parse(properties(sourceId, resources)).ScalingConfig;
    const total =
      MaximumConcurrency * Number(environment('session-events', resources).API_RATE) +
      Number(environment('stale-sessions', resources).API_RATE);
    expect(total).toBeLessThanOrEqual(apiRate);
  });
  test('two sweeps cannot run at once', () => {
    const sweep = z
      .looseObject({ Timeout: z.number(), ReservedConcurrentExecutions: z.unknown() })
      .parse(properties(FUNCTIONS['stale-sessions']));
    const { ScheduleExpression, Target } = properties('SweepSchedule');
    expect(ScheduleExpression).toBe('rate(10 minutes)');
    expect(sweep.Timeout).toBeLessThan(600);
    expect(sweep.ReservedConcurrentExecutions).toEqual({
      'Fn::If': ['ReservesSweep', 1, 'ref:AWS::NoValue'],
    });
    expect(stack.parameters.SweepReserved).toMatchObject({ Default: 'yes' });
    expect(Target).toMatchObject({
      Arn: 'StaleDashsessionsLambdaFunction.Arn',
      RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
    });
    expect(properties('StaleDashsessionsLambdaEvConf')).toMatchObject({
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
  });
});

describe('alarms and dashboard', () => {
  const ownMetrics = emittedMetrics();
  const awsMetrics = new Set([
    'AWS/SQS ApproximateNumberOfMessagesVisible',
    'AWS/SQS ApproximateNumberOfMessagesNotVisible',
    'AWS/SQS ApproximateAgeOfOldestMessage',
    'AWS/Lambda Errors',
    'AWS/Lambda Throttles',
    'AWS/ApiGateway 5xx',
  ]);
  const isKnown = (namespace: string, name: string): boolean =>
    namespace === 'SessionHooks' ? ownMetrics.has(name) : awsMetrics.has(`${namespace} ${name}`);

  test('the code emits what it promises', () => {
    expect(ownMetrics).toContain('ApiAuthFailures');
    expect(ownMetrics).toContain('SweepGuardTripped');
    expect(ownMetrics).toContain('HookUnavailable');
  });

  const alarms = byType('AWS::CloudWatch::Alarm').map(([id]) => id);
  test.each(alarms)(
    '%s watches a metric that there is, of something that there is, and tells the topic',
    (id) => {
      const alarm = z
        .looseObject({
          Namespace: z.string(),
          MetricName: z.string(),
          Dimensions: z.array(z.object({ Value: z.string() })),
          AlarmActions: z.array(z.string()),
        })
        .parse(properties(id));
      expect(isKnown(alarm.Namespace, alarm.MetricName)).toBe(true);
      expect(alarm.AlarmActions).toEqual(['ref:AlarmTopic']);
      for (const { Value } of alarm.Dimensions)
        expect(Object.keys(stack.resources)).toContain(Value.replace('ref:', '').split('.')[0]);
    },
  );

  test('the dashboard is JSON, and its widgets show metrics that there are', () => {
    const body = z.string().parse(properties('Dashboard').DashboardBody);
    const { widgets } = z
      .object({
        widgets: z.array(
          z.looseObject({ properties: z.looseObject({ metrics: z.array(z.array(z.string())) }) }),
        ),
      })
      .parse(JSON.parse(body));
    expect(widgets.length).toBeGreaterThan(4);
    for (const [namespace = '', name = '', , of = ''] of widgets.flatMap(
      (widget) => widget.properties.metrics,
    )) {
      expect([namespace, name, isKnown(namespace, name)]).toEqual([namespace, name, true]);
      expect(Object.keys(stack.resources)).toContain(/^\$\{(\w+)/.exec(of)?.[1]);
    }
  });

  /** Every metric that any function writes, as it writes it. */
  function emittedMetrics(): Set<string> {
    const names = new Set(
      Object.keys(
        batchMetrics({
          outcomes: [],
          eventCount: 0,
          attempts: [],
          memoryFailure: undefined,
          durationMs: 0,
          oldestEventMs: 0,
        }),
      ),
    );
    const write = process.stdout.write;
    const lines: string[] = [];
    process.stdout.write = (line: string | Uint8Array) => lines.push(String(line)) > 0;
    try {
      reportHook({ ...failed(), route: 'POST /hooks' }, 'hook');
      reportDeploymentSweep(
        {
          ...{ mode: 'stop', listed: 0, rows: [], undecided: 0, keptUnknown: 0, emptied: 0, stopped: [] },
          ...{ stoppedBefore: 0, guardTripped: false, complete: true, pricePerHour: 0, problems: [] },
          ...{ startedMs: 0, durationMs: 0 },
        },
        'stale-sessions',
      );
      reportSweep(
        {
          mode: 'stop',
          listed: 0,
          candidates: 0,
          rows: [],
          undecided: 0,
          stopped: [],
          stoppedBefore: 0,
          keptUnknown: 0,
          guardTripped: false,
          complete: true,
          problems: [],
          durationMs: 0,
        },
        'stale-sessions',
      );
    } finally {
      process.stdout.write = write;
    }
    const metricLine = z.object({
      _aws: z.object({
        CloudWatchMetrics: z.array(z.object({ Metrics: z.array(z.object({ Name: z.string() })) })),
      }),
    });
    for (const line of lines)
      for (const { Metrics } of metricLine.safeParse(JSON.parse(line)).data?._aws.CloudWatchMetrics ?? [])
        for (const { Name } of Metrics) names.add(Name);
    return names;
  }
});

describe('what an account may ask for', () => {
  test('its own key encrypts the queues, the table, the topic, the logs and the variables; the roles may use it', () => {
    const { resources } = demanding;
    for (const id of ['EventsQueue', 'DeadLettersQueue'])
      expect(properties(id, resources)).toMatchObject({ KmsMasterKeyId: KEY, SqsManagedSseEnabled: false });
    expect(properties('MemoryTable', resources).SSESpecification).toEqual({
      SSEEnabled: true,
      SSEType: 'KMS',
      KMSMasterKeyId: KEY,
    });
    expect(properties('AlarmTopic', resources).KmsMasterKeyId).toBe(KEY);
    for (const [id] of byType('AWS::Logs::LogGroup')) expect(properties(id, resources).KmsKeyId).toBe(KEY);
    for (const [name, id] of Object.entries(FUNCTIONS)) {
      expect([name, properties(id, resources).KmsKeyArn]).toEqual([name, KEY]);
      const [role = ''] = String(properties(id, resources).Role).split('.');
      expect(JSON.stringify(properties(role, resources).Policies)).toContain(
        JSON.stringify({ Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: KEY }),
      );
    }
    expect(JSON.stringify(stack.resources)).not.toContain('kms:Decrypt');
  });

  test('every role has its boundary and its path', () => {
    for (const [id] of byType('AWS::IAM::Role')) {
      expect(properties(id, demanding.resources)).toMatchObject({
        PermissionsBoundary: BOUNDARY,
        Path: '/games/',
      });
      expect(properties(id)).not.toHaveProperty('PermissionsBoundary');
      expect(properties(id).Path).toBe('/');
    }
  });

  test('tags and termination protection are settings of the stack', () => {
    expect(demanding.provider).toMatchObject({
      stackTags: { team: 'live-ops', game: 'tower' },
      deletionProtection: true,
    });
    expect(stack.provider).toMatchObject({ stackTags: {}, deletionProtection: false });
  });

  test('old versions of the functions are pruned', () => {
    expect(stack.provider).toMatchObject({ pruneFunctionVersions: { number: 5 } });
  });
});

describe('outputs', () => {
  test('every queue and the table with address and ARN, the hook, and the topic of the alarms', () => {
    const outputs = Object.fromEntries(
      Object.entries(stack.outputs).map(([name, { Value }]) => [name, resolved(Value)]),
    );
    expect(outputs).toMatchObject({
      EventsQueueUrl: 'https://sqs.example/EventsQueue',
      EventsQueueArn: 'EventsQueue.Arn',
      DeadLetterQueueUrl: 'https://sqs.example/DeadLettersQueue',
      DeadLetterQueueArn: 'DeadLettersQueue.Arn',
      MemoryTable: 'MemoryTable',
      MemoryTableArn: 'MemoryTable.Arn',
      HookUrl: `https://\${HttpApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/hooks`,
      AlarmTopicArn: 'ref:AlarmTopic',
    });
  });
});

describe('saved queries', () => {
  /** The members of an audit line, and what CloudWatch adds. */
  const FIELDS =
    'operation sessionId targets events by outcome status code call part requestId message @timestamp @message';
  const Query = z.looseObject({
    Name: z.string(),
    LogGroupNames: z.array(z.string()),
    QueryString: z.string(),
  });
  const queries = byType('AWS::Logs::QueryDefinition').map(([id]) => Query.parse(properties(id)));

  test('there is one by session, by event and by sweep', () => {
    expect(queries.map(({ Name }) => Name)).toEqual(
      ['session', 'event', 'sweep'].map((what) => `session-hooks-test/by ${what}`),
    );
  });

  test.each(queries)(
    '$Name reads audit lines, of functions that write them',
    ({ LogGroupNames, QueryString }) => {
      expect(QueryString).toContain('| filter message = "audit" and ');
      const [fields = ''] = QueryString.replace('fields ', '').split('\n');
      const known = FIELDS.split(' ');
      expect(fields.split(', ').filter((field) => !known.includes(field.replace(/\.\d+$/, '')))).toEqual([]);
      const groups = byType('AWS::Logs::LogGroup').map(([id]) => `ref:${id}`);
      expect(LogGroupNames.length).toBeGreaterThan(0);
      expect(LogGroupNames.filter((name) => !groups.includes(name))).toEqual([]);
    },
  );

  test('a session is found by its whole id', () => {
    const [pattern] = /(?<=like \/).*(?=\/)/.exec(queries[0]?.QueryString ?? '') ?? [];
    const line = JSON.stringify({ message: 'audit', operation: 'sessionsBulkStop', targets: ['a-s', 'b-s'] });
    const finds = (id: string) => new RegExp(pattern?.replace('SESSION-ID', id) ?? '^$').test(line);
    expect([finds('a-s'), finds('b-s'), finds('a'), finds('c-s')]).toEqual([true, true, false, false]);
  });
});

describe('stages', () => {
  test('two stages share no name in an account', () => {
    const names = (resources: typeof stack.resources) =>
      Object.values(resources).flatMap(({ Properties }) =>
        [
          'QueueName',
          'TableName',
          'FunctionName',
          'Name',
          'DashboardName',
          'LogGroupName',
          'RoleName',
          'AlarmName',
          'TopicName',
        ].flatMap((key) => (typeof Properties[key] === 'string' ? [String(Properties[key])] : [])),
      );
    const [one, other] = [names(stack.resources), new Set(names(traced.resources))];
    expect(one.length).toBeGreaterThan(8);
    expect(one.filter((name) => other.has(name))).toEqual([]);
  });

  test('X-Ray is off, unless it is switched on', () => {
    for (const id of Object.values(FUNCTIONS)) {
      expect(properties(id).TracingConfig).toEqual({ Mode: 'PassThrough' });
      expect(properties(id, traced.resources).TracingConfig).toEqual({ Mode: 'Active' });
    }
  });

  test('logs are JSON and do not stay for ever', () => {
    for (const id of Object.values(FUNCTIONS))
      expect(properties(id).LoggingConfig).toMatchObject({ LogFormat: 'JSON' });
    const groups = byType('AWS::Logs::LogGroup');
    expect(groups).toHaveLength(3);
    for (const [id] of groups) expect(properties(id).RetentionInDays).toBe(30);
  });
});
