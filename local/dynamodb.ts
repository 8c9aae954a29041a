/** The embedded DynamoDB: the real protocol on a local port, its state in memory. */
import { once } from 'node:events';
import * as z from 'zod/mini';
import { awsRequest } from '../lib/runtime/aws.ts';
import { type AwsConfig, readAwsConfig } from '../lib/runtime/environment.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../local-addresses.ts';

/** A running embedded DynamoDB. */
export interface LocalDynamoDb {
  url: string;
  /** Closes the port and every connection. */
  stop(): Promise<void>;
}

/** A table of serverless.yml. */
export interface LocalTable {
  /** Its name among the resources. */
  logicalId: string;
  name: string;
  /** What CreateTable takes. */
  properties: object;
}

const ANSWER_WITHIN_MS = 10_000;

const Table = z.object({
  Type: z.literal('AWS::DynamoDB::Table'),
  // dynalite knows no time to live and no encryption: CreateTable takes neither.
  Properties: z.object({
    TableName: z.string(),
    BillingMode: z.literal('PAY_PER_REQUEST'),
    AttributeDefinitions: z.array(z.looseObject({})),
    KeySchema: z.array(z.looseObject({})),
  }),
});
const Reference = z.strictObject({ Ref: z.string() });
const Resources = z.looseObject({ Resources: z.optional(z.record(z.string(), z.unknown())) });

/**
 * Starts the embedded DynamoDB, without tables.
 * @param port 0 (the default) for any free port.
 */
export async function startLocalDynamoDb(port = 0): Promise<LocalDynamoDb> {
  // Loaded here, because every command of Serverless loads the plugin.
  const { default: dynalite } = await import('dynalite');
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  // dynalite throws when a client goes away, as a killed function does: that would end the stage.
  server.on('request', (request) => request.removeAllListeners('error').on('error', () => undefined));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The embedded DynamoDB has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The tables among CloudFormation resources. @param resources the `resources` of serverless.yml, resolved. */
export function readTables(resources: unknown): LocalTable[] {
  const found = Object.entries(Resources.safeParse(resources).data?.Resources ?? {});
  return found.flatMap(([logicalId, resource]) => {
    const table = Table.safeParse(resource);
    if (!table.success) return [];
    const { TableName: name } = table.data.Properties;
    return [{ logicalId, name, properties: table.data.Properties }];
  });
}

/** The name of the table that a `Ref` stands for. undefined: the value is not a `Ref` of a table. */
export function tableName(value: unknown, tables: readonly LocalTable[]): string | undefined {
  const id = Reference.safeParse(value).data?.Ref;
  return tables.find(({ logicalId }) => logicalId === id)?.name;
}

/** Creates the tables. @param url where the embedded DynamoDB answers. */
export async function createTables(url: string, tables: readonly LocalTable[]): Promise<void> {
  for (const { properties } of tables) await send(url, 'CreateTable', properties);
}

/** Empties the tables. @param url where the embedded DynamoDB answers. */
export async function emptyTables(url: string, tables: readonly LocalTable[]): Promise<void> {
  for (const { name } of tables) await send(url, 'DeleteTable', { TableName: name });
  await createTables(url, tables);
}

async function send(url: string, operation: string, body: object): Promise<void> {
  await awsRequest({
    service: 'dynamodb',
    target: `DynamoDB_20120810.${operation}`,
    version: '1.0',
    body,
    aws: () => localAws(url),
    deadlineMs: Date.now() + ANSWER_WITHIN_MS,
  });
}

/** What signs requests to the embedded DynamoDB, which checks no signature. */
export function localAws(url: string): AwsConfig {
  return readAwsConfig({
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: url,
  });
}
