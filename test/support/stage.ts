/** A stage for tests on free ports: embedded SQS with the two queues, the sandbox, and function environments. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import { startSandbox } from '../../local/sandbox/index.ts';
import type { LambdaEnvironment } from './lambda.ts';
import { startLambda } from './lambda.ts';
import { startMemoryTable, TABLE } from './memory-table.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** How a stage is set up. */
export interface StageOptions {
  /** The sandbox's rate in requests a second. Default: no limit. */
  sandboxRate?: number;
  /** Whether the sandbox is kind: complete answers, always in one shape. Default: varied, as the real API is. */
  kind?: boolean;
  /** Whether the environments share a memory: the embedded DynamoDB with the table of the stack. Default: no. */
  memory?: boolean;
  /** More variables of the functions. */
  env?: Record<string, string>;
  /** Default 370. */
  visibilityTimeoutSeconds?: number;
}

/** Starts all; `stop` ends all. */
export async function startStage(options: StageOptions = {}) {
  const { sandboxRate = Number.POSITIVE_INFINITY, kind = false, memory = false } = options;
  const { env = {}, visibilityTimeoutSeconds = 370 } = options;
  const sandbox = await startSandbox({ rate: sandboxRate, kind });
  const table = memory ? await startMemoryTable() : undefined;
  const sqs = await startFauxqs({ port: 0, logger: false });
  const endpoint = `http://127.0.0.1:${sqs.port}`;
  sqs.createQueue('dead-letters');
  sqs.createQueue('events', {
    attributes: {
      VisibilityTimeout: String(visibilityTimeoutSeconds),
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead-letters',
        maxReceiveCount: 1000,
      }),
    },
  });
  const queueUrl = `${endpoint}/000000000000/events`;
  const deadLetterQueueUrl = `${endpoint}/000000000000/dead-letters`;
  const client = new SQSClient({ endpoint, region: 'us-east-1', credentials });
  const environments: LambdaEnvironment[] = [];

  /** What the deployment sets for session-events, pointed at this stage. */
  const environment = (): Record<string, string> => ({
    SESSIONS_API_KEY: 'sandbox-key',
    SESSIONS_API_URL: sandbox.url,
    EVENTS_QUEUE_URL: queueUrl,
    DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl,
    AWS_ENDPOINT_URL_SQS: endpoint,
    ...(table && { MEMORY_TABLE: TABLE, AWS_ENDPOINT_URL_DYNAMODB: table.url }),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...env,
  });

  return {
    sandbox,
    /** The memory's table, where there is one. */
    table,
    client,
    queueUrl,
    deadLetterQueueUrl,
    environment,
    /** The messages that are hidden, with the time (epoch milliseconds) at which they come back. */
    inFlight: () => sqs.inspectQueue('events')?.messages.inflight ?? [],
    /** How many messages are in the dead-letter queue. */
    deadLetterCount(): number {
      const messages = sqs.inspectQueue('dead-letters')?.messages;
      return messages === undefined ? 0 : messages.ready.length + messages.inflight.length;
    },
    /** Settles once no message is in the events queue, visible or hidden. */
    async drained(): Promise<void> {
      for (;;) {
        const messages = sqs.inspectQueue('events')?.messages;
        if (messages === undefined) return;
        if (messages.ready.length + messages.delayed.length + messages.inflight.length === 0) return;
        await sleep(100);
      }
    },
    /** A new environment of session-events. */
    async sessionEvents(extra: Record<string, string> = {}): Promise<LambdaEnvironment> {
      const started = await startLambda('session-events', { ...environment(), ...extra });
      environments.push(started);
      return started;
    },
    async stop(): Promise<void> {
      await Promise.all(environments.map((started) => started.stop()));
      client.destroy();
      await Promise.all([sqs.stop(), sandbox.stop(), table?.stop()]);
    },
  };
}
