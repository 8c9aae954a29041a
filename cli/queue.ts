/** The queue that a tool works on: one of the local stage, or any other. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { LOCAL_CREDENTIALS, LOCAL_REGION, localStage } from '../local-addresses.ts';
import { accessOf } from './aws.ts';
import { targetName, type World } from './world.ts';

/** A queue, and the client that reaches it. */
export interface Queue {
  client: SQSClient;
  url: string;
  /** Whether the local stage has it. */
  isLocal: boolean;
  /** Its name for a person. */
  target: string;
}

const LOCAL = { name: 'local stage' };
const NOWHERE = { name: undefined };

/**
 * Connects to a queue. A queue of the local stage needs no credentials; any other one is reached with the AWS SDK's own
 * chain of credentials.
 * @param url an http or https URL.
 * @param world that it belongs to. Default: the address alone says where it is.
 * @throws Error with what to do where AWS has no region or no credentials.
 */
export async function connectQueue(url: string, world: Pick<World, 'name'> = NOWHERE): Promise<Queue> {
  const { SQSClient } = await import('@aws-sdk/client-sqs');
  const { sqsUrl } = localStage(process.env);
  if (url.startsWith(`${sqsUrl}/`)) {
    const client = new SQSClient({ endpoint: sqsUrl, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
    return { client, url, isLocal: true, target: targetName(url, LOCAL) };
  }
  const { hostname, origin } = new URL(url);
  const region = /^sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(hostname)?.[1];
  // A queue elsewhere (an emulator, an endpoint of a VPC) is reached at its own address.
  const client = new SQSClient(region === undefined ? { endpoint: origin } : { region });
  await accessOf(client);
  return { client, url, isLocal: false, target: targetName(url, world) };
}

/** About how many messages a queue holds. */
export interface MessageCounts {
  visible: number;
  /** Received by somebody, and not visible until they are released or deleted. */
  inFlight: number;
}

/** Returns about how many messages a queue holds. */
export async function countMessages({ client, url }: Pick<Queue, 'client' | 'url'>): Promise<MessageCounts> {
  const { GetQueueAttributesCommand } = await import('@aws-sdk/client-sqs');
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...AttributeNames] });
  const { Attributes = {} } = await client.send(command);
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
  };
}
