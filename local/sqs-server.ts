/** The embedded SQS: real SQS protocol on a local port, its state in memory. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../local-addresses.ts';

/** A running embedded SQS. */
export interface LocalSqs {
  url: string;
  client: SQSClient;
  /** Closes the port and every connection. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded SQS, without queues.
 * @param port 0 (the default) for any free port.
 */
export async function startLocalSqs(port = 0): Promise<LocalSqs> {
  // Not fauxqs' own startFauxqs: that listens on every interface of the machine.
  const app = buildApp({ logger: false, defaultRegion: LOCAL_REGION });
  const url = await app.listen({ port, host: '127.0.0.1' });
  const client = new SQSClient({ endpoint: url, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
  return {
    url,
    client,
    stop: async () => {
      client.destroy();
      await app.close();
    },
  };
}
