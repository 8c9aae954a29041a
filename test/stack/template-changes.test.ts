/** What `deploy --dry-run` shows. */
import { expect, test } from 'vitest';
import { changes } from '../../stack/template-changes.ts';

const queue = (VisibilityTimeout: number) => ({ Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout } });
const code = (S3Key: string, API_RATE: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Code: { S3Key }, Environment: { Variables: { API_RATE } } },
});
const version = { Type: 'AWS::Lambda::Version', Properties: {} };

test('without a stack, all that would be created', () => {
  const rule = { Type: 'AWS::Events::Rule', Condition: 'HasEventBus' };
  expect(changes(undefined, { Resources: { EventsQueue: queue(370), EventBusRule: rule } })).toEqual([
    'The stack does not exist. It would be created with:',
    '+ EventsQueue (AWS::SQS::Queue)',
    '+ EventBusRule (AWS::Events::Rule, if HasEventBus)',
  ]);
});

test('what is created, removed and changed, with the values before and after', () => {
  const before = {
    Parameters: { AlarmEmail: { Type: 'String', Default: 'ops@example.com' } },
    Resources: { EventsQueue: queue(60), QueuesPolicy: { Type: 'AWS::SQS::QueuePolicy' } },
    Outputs: { Queue: { Value: 'a' } },
  };
  const after = {
    Parameters: { AlarmEmail: { Type: 'String', Default: '' } },
    Resources: { EventsQueue: queue(370), Table: { Type: 'AWS::DynamoDB::Table' } },
    Outputs: { Queue: { Value: 'a' }, Hook: { Value: 'b' } },
  };
  expect(changes(before, after)).toEqual([
    'The deployment would change:',
    '+ Table (AWS::DynamoDB::Table)',
    '- QueuesPolicy (AWS::SQS::QueuePolicy)',
    '~ EventsQueue.Properties.VisibilityTimeout: 60 → 370',
    '~ Parameters.AlarmEmail.Default: "ops@example.com" → ""',
    '~ Outputs.Hook: none → {"Value":"b"}',
  ]);
});

test('the name of a zip is no change; a new version of a function is', () => {
  const before = {
    Resources: { HookLambdaFunction: code('1/hook.zip', '4'), HookLambdaVersionAbc: version },
  };
  const same = { Resources: { HookLambdaFunction: code('2/hook.zip', '4'), HookLambdaVersionAbc: version } };
  expect(changes(before, same)).toEqual(['The deployment would change nothing.']);
  const other = { Resources: { HookLambdaFunction: code('3/hook.zip', '8'), HookLambdaVersionXyz: version } };
  expect(changes(before, other)).toEqual([
    'The deployment would change:',
    '~ HookLambdaFunction: its code or settings',
    '~ HookLambdaFunction.Properties.Environment.Variables.API_RATE: "4" → "8"',
  ]);
});
