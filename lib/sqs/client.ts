/** The SQS client of a function: loaded where a failure needs it, for it costs a cold start too much. */
import type { SQSClient } from '@aws-sdk/client-sqs';

let client: SQSClient | undefined;

/** The SDK's SQS module, and one client for the life of the environment. */
export async function loadSqs() {
  const sdk = await import('@aws-sdk/client-sqs');
  client ??= new sdk.SQSClient({ maxAttempts: 3 });
  return { client, sdk };
}
