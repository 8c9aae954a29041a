/** The inside of a Lambda environment: imports the built bundle and answers invocations. */
import { parentPort, workerData } from 'node:worker_threads';

const { bundle }: { bundle: string } = workerData;
const { handler } = await import(bundle);

parentPort?.on('message', async ({ id, event, timeoutMs }) => {
  const endsAt = Date.now() + timeoutMs;
  const context = {
    awsRequestId: String(id),
    functionName: 'test',
    getRemainingTimeInMillis: () => endsAt - Date.now(),
  };
  try {
    parentPort?.postMessage({ id, response: await handler(event, context) });
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
parentPort?.postMessage({ ready: true });
