/** What an operator asks first, on one page. Read by serverless.yml. */

const EVENTS = '${SessionDasheventsLambdaFunction}';
const SWEEP = '${StaleDashsessionsLambdaFunction}';
const HOOK = '${HookLambdaFunction}';
const QUEUE = '${EventsQueue.QueueName}';
const DEAD_LETTERS = '${DeadLettersQueue.QueueName}';

const WIDGETS = [
  [
    'Are events flowing?',
    'Sum',
    own(EVENTS, ['EventsReceived', 'EventsDone', 'EventsGone', 'EventsAbsorbed', 'EventsWaiting']),
  ],
  [
    'How old is the oldest? (seconds; EventAge in milliseconds)',
    'Maximum',
    [...sqs(['ApproximateAgeOfOldestMessage'], QUEUE), ...own(EVENTS, ['EventAge'])],
  ],
  ['Calls made, calls saved', 'Sum', own(EVENTS, ['ApiCalls', 'ApiCallsSaved'])],
  [
    'What failed?',
    'Sum',
    [
      ...own(EVENTS, ['EventsRetried', 'EventsDead', 'ApiThrottled', 'ApiAuthFailures', 'ApiSurfaceMissing']),
      ...own(HOOK, ['HookUnauthorized', 'HookInvalid', 'HookUnavailable']),
      ...[EVENTS, SWEEP, HOOK].map((name) => ['AWS/Lambda', 'Errors', 'FunctionName', name]),
    ],
  ],
  [
    'Messages in the queues',
    'Maximum',
    [
      ...sqs(['ApproximateNumberOfMessagesVisible', 'ApproximateNumberOfMessagesNotVisible'], QUEUE),
      ...sqs(['ApproximateNumberOfMessagesVisible'], DEAD_LETTERS),
    ],
  ],
  ['How fast does the API answer? (milliseconds)', 'p99', own(EVENTS, ['ApiLatency'])],
  [
    'The sweep',
    'Maximum',
    own(SWEEP, ['SweepListed', 'SweepCandidates', 'SweepStopped', 'SweepKeptUnknown', 'SweepGuardTripped']),
  ],
  ['The hook', 'Sum', own(HOOK, ['HookAccepted', 'HookIgnored'])],
];

module.exports = async ({ resolveVariable }) => {
  const stage = await resolveVariable('sls:stage');
  const widgets = WIDGETS.map(([title, stat, metrics], index) => ({
    type: 'metric',
    x: (index % 2) * 12,
    y: Math.floor(index / 2) * 6,
    width: 12,
    height: 6,
    properties: { title, stat, metrics, period: 60, view: 'timeSeries', region: '${AWS::Region}' },
  }));
  return {
    Resources: {
      Dashboard: {
        Type: 'AWS::CloudWatch::Dashboard',
        Properties: {
          DashboardName: `session-hooks-${stage}`,
          DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets }) },
        },
      },
    },
  };
};

function own(functionName, names) {
  return names.map((name) => ['SessionHooks', name, 'FunctionName', functionName]);
}

function sqs(names, queueName) {
  return names.map((name) => ['AWS/SQS', name, 'QueueName', queueName]);
}
