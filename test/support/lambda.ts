/** Lambda environments for tests: the built bundle in a thread of its own, with an environment of its own. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as z from 'zod/mini';

const answerSchema = z.object({
  id: z.optional(z.number()),
  error: z.optional(z.string()),
  response: z.optional(z.unknown()),
});
const batchSchema = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });

/** One environment of a function: what it takes, and what it answers. */
export interface FunctionEnvironment<TEvent, TResult> {
  /** Invokes the function; rejects when it throws. */
  invoke(event: TEvent): Promise<TResult>;
  /** The lines that the function logged so far. */
  logs: string[];
  stop(): Promise<void>;
}

/** One environment of a function behind a queue. */
export type LambdaEnvironment = FunctionEnvironment<SQSEvent, SQSBatchResponse>;

/** Starts an environment of a function behind a queue: see {@link startFunction}. */
export async function startLambda(
  name: string,
  env: Record<string, string>,
  timeoutMs = 60_000,
): Promise<LambdaEnvironment> {
  const started = await startFunction(name, env, timeoutMs);
  return { ...started, invoke: async (event) => batchSchema.parse(await started.invoke(event)) };
}

/**
 * Starts an environment of `dist/functions/NAME.mjs`.
 * @param bundle another bundle; then NAME is only a name.
 * @throws what the bundle throws while it is imported, such as a ConfigError.
 */
export async function startFunction(
  name: string,
  env: Record<string, string>,
  timeoutMs: number,
  bundle: URL = new URL(`../../dist/functions/${name}.mjs`, import.meta.url),
): Promise<FunctionEnvironment<object, unknown>> {
  const file = new URL('lambda-worker.ts', import.meta.url);
  const worker = new Worker(file, { env, workerData: { bundle: bundle.href }, stdout: true, stderr: true });
  const logs: string[] = [];
  for (const stream of [worker.stdout, worker.stderr]) {
    createInterface({ input: stream }).on('line', (line) => logs.push(line));
  }
  await once(worker, 'message');

  let last = 0;
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  worker.on('message', (message) => {
    const { id, error, response } = answerSchema.parse(message);
    const invocation = waiting.get(id ?? 0);
    if (response === undefined) invocation?.reject(new Error(error));
    else invocation?.resolve(response);
  });
  return {
    logs,
    invoke(event) {
      last += 1;
      const invocation = Promise.withResolvers<unknown>();
      waiting.set(last, invocation);
      worker.postMessage({ id: last, event, timeoutMs });
      return invocation.promise;
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}
