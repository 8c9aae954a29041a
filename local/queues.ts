/** The queues of serverless.yml, as the embedded SQS gets them. */
import { CreateQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../local-addresses.ts';

/** A queue of the local stage. */
export interface LocalQueue {
  /** Its name among the resources of serverless.yml. */
  logicalId: string;
  name: string;
  url: string;
  arn: string;
  /** What CreateQueue takes. */
  attributes: Record<string, string>;
}

const Queue = z.object({
  Type: z.literal('AWS::SQS::Queue'),
  Properties: z.looseObject({ QueueName: z.string() }),
});
const Resources = z.looseObject({ Resources: z.optional(z.record(z.string(), z.unknown())) });
const Reference = z.union([
  z.strictObject({ Ref: z.string() }),
  z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
]);

/**
 * The queues among CloudFormation resources, those that others redrive to first.
 * @param resources the `resources` of serverless.yml.
 * @param sqsUrl where the embedded SQS answers.
 */
export function readQueues(resources: unknown, sqsUrl: string): LocalQueue[] {
  const parsed = Resources.safeParse(resources);
  const found = Object.entries(parsed.data?.Resources ?? {}).flatMap(([logicalId, resource]) => {
    const queue = Queue.safeParse(resource);
    return queue.success ? [{ logicalId, properties: queue.data.Properties }] : [];
  });
  const addresses = found.map(({ logicalId, properties: { QueueName: name } }) => ({
    logicalId,
    name,
    url: `${sqsUrl}/${LOCAL_ACCOUNT_ID}/${name}`,
    arn: `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:${name}`,
  }));
  return found
    .flatMap(({ logicalId, properties }) => {
      const address = addresses.find((queue) => queue.logicalId === logicalId);
      return address === undefined ? [] : [{ ...address, attributes: toAttributes(properties, addresses) }];
    })
    .sort((a, b) => Number('RedrivePolicy' in a.attributes) - Number('RedrivePolicy' in b.attributes));
}

/** What a `Ref` (URL) or `Fn::GetAtt` (ARN) of one of these queues stands for; any other value as it is. */
export function resolveReference(value: unknown, queues: readonly Omit<LocalQueue, 'attributes'>[]): unknown {
  const parsed = Reference.safeParse(value);
  if (!parsed.success) return value;
  const reference = parsed.data;
  if ('Ref' in reference) return queues.find(({ logicalId }) => logicalId === reference.Ref)?.url ?? value;
  const [target] = reference['Fn::GetAtt'];
  return queues.find(({ logicalId }) => logicalId === target)?.arn ?? value;
}

/** Creates the queues. @param client a client of the embedded SQS. */
export async function createQueues(client: SQSClient, queues: readonly LocalQueue[]): Promise<void> {
  for (const { name, attributes } of queues) {
    await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  }
}

function toAttributes(
  { QueueName: _name, ...properties }: Record<string, unknown>,
  queues: readonly Omit<LocalQueue, 'attributes'>[],
): Record<string, string> {
  const entries = Object.entries(properties).map(([key, value]): [string, string] => {
    if (typeof value !== 'object' || value === null) return [key, String(value)];
    const members = Object.entries(value).map(([name, member]) => [name, resolveReference(member, queues)]);
    return [key, JSON.stringify(Object.fromEntries(members))];
  });
  return Object.fromEntries(entries);
}
