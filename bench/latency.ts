/** (e) From SendMessage to the session gone, without a shared memory and with one. */
import { setTimeout as pause } from 'node:timers/promises';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { startEventSource } from '../local/event-source.ts';
import { startStage } from '../test/support/stage.ts';
import { type Part, percentile, shown } from './report.ts';

const EVENTS = 200;
const EVERY_MS = 75;
const WINDOW_MS = 1000;
const LATENCY_MS = 50;
/** What a request to the memory's table takes. */
const TABLE_MS = 5;

/** One event after the other, at a steady pace. */
export async function latency(): Promise<Part> {
  const alone = await timesOf(false);
  const shared = await timesOf(true);
  const grownMs = percentile(shared, 0.5) - percentile(alone, 0.5);
  const [p50, p99] = [percentile(shared, 0.5), percentile(shared, 0.99)];
  return {
    title: 'From SendMessage to the session gone',
    how: `${EVENTS} events, one every ${EVERY_MS} ms, on the parts of the local stage, ${LATENCY_MS} ms a call, ${TABLE_MS} ms a request to the memory's table. The batching window of ${WINDOW_MS / 1000} s is in it: an event waits for half of it on average.`,
    findings: [
      { what: 'p50', measured: `${shown(p50)} ms`, goal: '≤ 800 ms', met: p50 <= 800 },
      { what: 'p99', measured: `${shown(p99)} ms`, goal: '≤ 1,600 ms', met: p99 <= 1600 },
      {
        what: 'what the memory adds to the p50',
        measured: `${shown(grownMs)} ms`,
        goal: '≤ 30 ms',
        met: grownMs <= 30,
      },
    ],
  };
}

/** Milliseconds for each event. */
async function timesOf(memory: boolean): Promise<number[]> {
  const stage = await startStage({ memory });
  stage.table?.fail(() => ({ kind: 'delay', ms: TABLE_MS }));
  const ids = Array.from({ length: EVENTS }, (_, index) => `latency-${index}`);
  stage.sandbox.store.add(ids.map((session_id) => ({ session_id })));
  stage.sandbox.faults.set({ latencyMs: LATENCY_MS });
  const { invoke } = await stage.sessionEvents();
  const { client, queueUrl } = stage;
  const source = startEventSource({
    client,
    queueUrl,
    invoke,
    batchSize: 1000,
    windowMs: WINDOW_MS,
    maximumConcurrency: 1,
  });
  const waits = ids.map(async (id, index) => {
    await pause(index * EVERY_MS);
    const sentAt = performance.now();
    const MessageBody = JSON.stringify({ type: 'match.ended', data: { session_id: id } });
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
    while (!stage.sandbox.store.isDeleted(id)) await pause(5);
    return performance.now() - sentAt;
  });
  const times = await Promise.all(waits);
  await source.stop();
  await stage.stop();
  return times;
}
