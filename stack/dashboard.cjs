/**
 * The CloudWatch dashboard: the first questions of an operator on one page. Read by serverless.yml.
 * @import { Variables } from './types.d.cts'
 */

const EVENTS = '${SessionDasheventsLambdaFunction}';
const SWEEP = '${StaleDashsessionsLambdaFunction}';
const HOOK = '${HookLambdaFunction}';
const QUEUE = '${EventsQueue.QueueName}';
const DEAD_LETTERS = '${DeadLettersQueue.QueueName}';

const WIDGETS = [
  [
    'Events',
    'Sum',
    own(EVENTS, ['EventsReceived', 'EventsDone', 'EventsGone', 'EventsAbsorbed', 'EventsWaiting']),
  ],
  [
    'Age of the oldest event (seconds; EventAge in milliseconds)',
    'Maximum',
    [...sqs(['ApproximateAgeOfOldestMessage'], QUEUE), ...own(EVENTS, ['EventAge'])],
  ],
  ['API calls made and saved', 'Sum', own(EVENTS, ['ApiCalls', 'ApiCallsSaved'])],
  [
    'Failures',
    'Sum',
    [
      ...own(EVENTS, ['EventsRetried', 'EventsDead', 'ApiThrottled', 'ApiAuthFailures', 'ApiSurfaceMissing']),
      ...own(EVENTS, ['MemoryUnavailable']),
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
  ['API latency, p99 (milliseconds)', 'p99', own(EVENTS, ['ApiLatency'])],
  [
    'Sweep',
    'Maximum',
    own(SWEEP, ['SweepListed', 'SweepCandidates', 'SweepStopped', 'SweepKeptUnknown', 'SweepGuardTripped']),
  ],
  [
    'Sweep of deployments',
    'Maximum',
    own(SWEEP, [
      'SweepDeploymentsListed',
      'SweepDeploymentsStale',
      'SweepDeploymentsStopped',
      'SweepDeploymentsKeptUnknown',
      'SweepDeploymentsGuardTripped',
      'SweepDeploymentHours',
    ]),
  ],
  ['Hook', 'Sum', own(HOOK, ['HookAccepted', 'HookIgnored'])],
];

/** @param {Variables} variables */
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

/**
 * Metrics that a function itself writes.
 * @param {string} functionName
 * @param {string[]} names
 */
function own(functionName, names) {
  return names.map((name) => ['SessionHooks', name, 'FunctionName', functionName]);
}

/**
 * @param {string[]} names
 * @param {string} queueName
 */
function sqs(names, queueName) {
  return names.map((name) => ['AWS/SQS', name, 'QueueName', queueName]);
}
