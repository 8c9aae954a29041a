/** The storm of 11,000 events at a real queue and the sandbox: for calls and for time to drain. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as z from 'zod/mini';
import { type StormEvent, stormSessions } from '../cli/storm.ts';
import { publishEvents } from '../lib/sqs/publish.ts';
import { startEventSource } from '../local/event-source.ts';
import { startFunction } from '../test/support/lambda.ts';
import { startStage } from '../test/support/stage.ts';
import { bundleOf, type Contestant } from './contestants.ts';

const responseSchema = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })),
});

/** How the storm is run. */
export interface StormOptions {
  contestant: Contestant;
  events: readonly StormEvent[];
  matches: number;
  seed: number;
  /** Requests a second that the API allows, and those that all environments together are told. */
  rate: number;
  apiRate: number;
  /** What one call takes at the API. */
  latencyMs: number;
  batchSize: number;
  maximumConcurrency: number;
}

/** What a storm came to. */
export interface Drained {
  seconds: number;
  calls: number;
}

/** Publishes the events, then lets the function drain the queue. */
export async function drain(options: StormOptions): Promise<Drained> {
  const { contestant, events, rate, apiRate, latencyMs, batchSize, maximumConcurrency } = options;
  // A peer takes the 400 for a session that is gone for a failure, and would never end.
  const kind = contestant !== 'session-events';
  const stage = await startStage({ sandboxRate: rate, memory: true, kind });
  stage.sandbox.store.add(stormSessions(options.matches, options.seed));
  stage.sandbox.faults.set({ latencyMs });
  const { client, queueUrl } = stage;
  const { sent } = await publishEvents(events, { client, queueUrl });
  if (sent !== events.length) throw new Error(`Only ${sent} of ${events.length} events were sent.`);
  const env = { ...stage.environment(), API_RATE: String(apiRate / maximumConcurrency) };
  const environments = await Promise.all(
    Array.from({ length: maximumConcurrency }, () =>
      startFunction(contestant, env, 60_000, bundleOf(contestant)),
    ),
  );
  const idle = [...environments];
  const left = countDown(events.length);
  const startedAt = performance.now();
  const source = startEventSource({
    client,
    queueUrl,
    batchSize,
    windowMs: 1000,
    maximumConcurrency,
    invoke: async (event: SQSEvent): Promise<SQSBatchResponse> => {
      const environment = idle.pop();
      if (environment === undefined) throw new Error('More invocations than environments.');
      const response = responseSchema.parse(await environment.invoke(event));
      idle.push(environment);
      left.acknowledge(event.Records.length - response.batchItemFailures.length);
      return response;
    },
  });
  await left.done;
  const seconds = (performance.now() - startedAt) / 1000;
  await source.stop();
  const calls = stage.sandbox.requests().length;
  await Promise.all(environments.map((environment) => environment.stop()));
  await stage.stop();
  return { seconds, calls };
}

function countDown(total: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = total;
  return {
    done: promise,
    acknowledge(count: number): void {
      left -= count;
      if (left <= 0) resolve();
    },
  };
}
