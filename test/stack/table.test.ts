/** The table of the memory, and what the functions may do with it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readTables } from '../../local/dynamodb.ts';
import table from '../../stack/table.cjs';

const variables: Record<string, string> = { 'self:service': 'session-hooks', 'sls:stage': 'prod' };
const { Resources } = await table.resources({ resolveVariable: async (name) => variables[name] });
const { MemoryTable } = Resources;
const source = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

test('it is paid by request, is encrypted with a key of the account, and goes with the stack', () => {
  expect(MemoryTable).toMatchObject({
    Type: 'AWS::DynamoDB::Table',
    DeletionPolicy: 'Delete',
    UpdateReplacePolicy: 'Delete',
    Properties: {
      TableName: 'session-hooks-prod-memory',
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: true },
    },
  });
});

test('its key and its time to live are those that the code writes', () => {
  expect(MemoryTable.Properties).toMatchObject({
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
  });
});

test('session-events may do what lib/memory does with a table, and nothing else', () => {
  const [, union = ''] = /operation: ((?:'\w+' ?\|? ?)+);/.exec(source('lib/memory/dynamodb.ts')) ?? [];
  const operations = [...union.matchAll(/\w+/g)].map(([operation]) => `dynamodb:${operation}`);
  expect(operations).toHaveLength(4);
  const { Action, Resource } = table.statements.sessionEvents;
  expect(Action.toSorted()).toEqual(operations.toSorted());
  expect(Resource).toEqual({ 'Fn::GetAtt': ['MemoryTable', 'Arn'] });
});

test('the local stage makes the same table', () => {
  expect(readTables({ Resources })).toEqual([
    {
      logicalId: 'MemoryTable',
      name: 'session-hooks-prod-memory',
      properties: {
        TableName: 'session-hooks-prod-memory',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    },
  ]);
});
