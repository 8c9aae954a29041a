/** The queue that a tool talks to: the local stage's, or any. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { LOCAL_CREDENTIALS, LOCAL_REGION, localStage } from '../local-addresses.ts';
import { UsageError } from './errors.ts';

/**
 * A client for a queue.
 * @param queueUrl undefined for the local stage; else any queue, with the SDK's own chain of credentials.
 */
export async function connect(queueUrl: string | undefined): Promise<{ client: SQSClient; url: string }> {
  const { SQSClient } = await import('@aws-sdk/client-sqs');
  const local = localStage(process.env);
  if (queueUrl === undefined || queueUrl.startsWith(`${local.sqsUrl}/`)) {
    const client = new SQSClient({
      endpoint: local.sqsUrl,
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
    });
    return { client, url: queueUrl ?? local.eventsQueueUrl };
  }
  const url = URL.parse(queueUrl);
  if (url === null) throw new UsageError(`--queue-url is "${queueUrl}"; it must be the URL of a queue.`);
  const region = /^sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(url.hostname)?.[1];
  // A queue elsewhere (an emulator, an endpoint of a VPC) is asked at its own address.
  const client = new SQSClient(region === undefined ? { endpoint: url.origin } : { region });
  return { client, url: queueUrl };
}
