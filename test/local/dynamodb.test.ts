/** The embedded DynamoDB of the local stage. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { openTable } from '../../lib/memory/table.ts';
import { createTables, localAws, readTables, startLocalDynamoDb, tableName } from '../../local/dynamodb.ts';
import table from '../../stack/table.cjs';

const resources = await table.resources({ resolveVariable: async (name) => name.replace(/^.*:/, '') });
const tables = readTables({ Resources: { Queue: { Type: 'AWS::SQS::Queue' }, ...resources.Resources } });
const dynamoDb = await startLocalDynamoDb();
afterAll(() => dynamoDb.stop());

test('has the tables of the stack, and no other resource of it', async () => {
  await createTables(dynamoDb.url, tables);
  expect(tables.map(({ name }) => name)).toEqual(['service-stage-memory']);
  const opened = openTable({ name: 'service-stage-memory', days: 15, aws: () => localAws(dynamoDb.url) });
  const { signal } = new AbortController();
  await opened.put([{ id: 'a', by: 'me' }], signal);
  expect((await opened.get(['a'], signal)).get('a')).toMatchObject({ by: 'me' });
});

test('a reference of a table is its name, any other value is not', () => {
  expect(tableName({ Ref: 'MemoryTable' }, tables)).toBe('service-stage-memory');
  expect(tableName({ Ref: 'EventsQueue' }, tables)).toBeUndefined();
  expect(tableName('MemoryTable', tables)).toBeUndefined();
});

test('stays up when a client goes away in the middle of its request, as a killed function does', async () => {
  const { port } = new URL(dynamoDb.url);
  const client = connect(Number(port), '127.0.0.1');
  await once(client, 'connect');
  const head =
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 100\r\n';
  client.write(`${head}Expect: 100-continue\r\n\r\n`);
  // The server has the head, and waits for the body.
  await once(client, 'data');
  client.write('{');
  client.resetAndDestroy();
  await once(client, 'close');
  expect(await (await fetch(dynamoDb.url)).text()).toContain('healthy');
});
