/** (h) How long a batch takes to be acknowledged in which no record succeeds. */
import type { SQSEvent } from 'aws-lambda';
import { startLambda } from '../test/support/lambda.ts';
import { sqsEvent } from '../test/support/records.ts';
import { startSqs } from '../test/support/sqs.ts';
import { startStage } from '../test/support/stage.ts';
import { type Part, shown } from './report.ts';

const RECORDS = 10_000;
const LATENCY_MS = 15;
const MOST_MS = 5000;

/** (h). */
export async function acknowledging(): Promise<Part> {
  const failing = eventOf((index) => ({ type: 'match.ended', data: { session_id: `s${index}` } }));
  const invalid = eventOf((index) => `not JSON: ${index}`);
  return {
    title: 'Acknowledging',
    how: `One invocation of the built bundle in which no record succeeds, ${LATENCY_MS} ms a request to SQS.`,
    findings: [
      finding('all fail (the API refuses the key): visibility timeouts', await measure(failing)),
      finding('none is an event: dead letters', await measure(invalid)),
    ],
  };
}

function eventOf(body: (index: number) => unknown): SQSEvent {
  return sqsEvent(Array.from({ length: RECORDS }, (_, index) => body(index)));
}

function finding(what: string, { ms, requests, mostOpen }: Awaited<ReturnType<typeof measure>>) {
  return {
    what: `${shown(RECORDS)} records, ${what}`,
    measured: `${shown(ms)} ms; ${shown(requests)} requests, ${mostOpen} at once`,
    goal: `≤ ${shown(MOST_MS)} ms`,
    met: ms <= MOST_MS,
  };
}

/** The whole invocation: decoding and the calls that fail are in it. */
async function measure(event: SQSEvent) {
  const [sqs, stage] = [await startSqs({ latencyMs: LATENCY_MS }), await startStage()];
  stage.sandbox.faults.set({ rejectKey: 1 });
  const env = { ...stage.environment(), ...sqs.environment, API_RATE: '1000' };
  const environment = await startLambda('session-events', env);
  const startedAt = performance.now();
  await environment.invoke(event);
  const ms = performance.now() - startedAt;
  await environment.stop();
  await Promise.all([sqs.stop(), stage.stop()]);
  return { ms, requests: sqs.requests.length, mostOpen: sqs.mostOpen() };
}
