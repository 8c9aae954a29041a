/** The storm: 1,000 matches of ten players end together. Calls are counted at the sandbox. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stormEvents } from '../../cli/storm.ts';
import { publishEvents } from '../../lib/sqs/publish.ts';
import { startEventSource } from '../../local/event-source.ts';
import { sqsEvent } from '../support/records.ts';
import { startStage } from '../support/stage.ts';

const MATCHES = 1000;
const WHOLE_MATCHES_A_BATCH = 90;

let stage: Awaited<ReturnType<typeof startStage>>;
beforeEach(async () => {
  stage = await startStage({ memory: true });
});
afterEach(async () => {
  await stage.stop();
});

async function seed(sessionIds: readonly string[]): Promise<void> {
  await fetch(`${stage.sandbox.url}/_sandbox/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sessionIds.map((session_id) => ({ session_id }))),
  });
}

const sessionsOf = (events: ReturnType<typeof stormEvents>) => [
  ...new Set(events.flatMap(({ data }) => (typeof data.session_id === 'string' ? [data.session_id] : []))),
];

test('each match within one batch: 11,000 events are at most 40 calls', async () => {
  const events = stormEvents(MATCHES, { seed: 1, shuffle: false });
  const sessions = sessionsOf(events);
  expect([events.length, sessions.length]).toEqual([11 * MATCHES, MATCHES]);
  await seed([...sessions, 'bystander']);
  const { invoke } = await stage.sessionEvents();
  for (let start = 0; start < events.length; start += WHOLE_MATCHES_A_BATCH * 11) {
    const batch = sqsEvent(events.slice(start, start + WHOLE_MATCHES_A_BATCH * 11));
    expect(await invoke(batch)).toEqual({ batchItemFailures: [] });
  }
  expect(sessions.every((id) => stage.sandbox.store.isDeleted(id))).toBe(true);
  expect(stage.sandbox.store.isDeleted('bystander')).toBe(false);
  const calls = stage.sandbox.requests().length;
  console.info(`storm, each match within one batch: ${events.length} events, ${calls} calls`);
  expect(calls).toBeLessThanOrEqual(40);
});

test('shuffled, through the queue, in two environments that share a memory: at most 40 calls', async () => {
  const events = stormEvents(MATCHES, { seed: 2, shuffle: true });
  const sessions = sessionsOf(events);
  await seed([...sessions, 'bystander']);
  const idle = [await stage.sessionEvents(), await stage.sessionEvents()];
  const { client, queueUrl } = stage;
  expect((await publishEvents(events, { client, queueUrl })).sent).toBe(events.length);
  let acknowledged = 0;
  const all = Promise.withResolvers<void>();
  const source = await startEventSource({
    client,
    queueUrl,
    batchSize: 1000,
    windowMs: 1000,
    maximumConcurrency: idle.length,
    invoke: async (event) => {
      const environment = idle.pop();
      if (environment === undefined) throw new Error('More invocations than environments.');
      const response = await environment.invoke(event);
      idle.push(environment);
      acknowledged += event.Records.length - response.batchItemFailures.length;
      if (acknowledged >= events.length) all.resolve();
      return response;
    },
  });
  await all.promise;
  await source.stop();
  expect(sessions.every((id) => stage.sandbox.store.isDeleted(id))).toBe(true);
  expect(stage.sandbox.store.isDeleted('bystander')).toBe(false);
  const calls = stage.sandbox.requests().length;
  console.info(`storm, shuffled through the queue: ${events.length} events, ${calls} calls`);
  expect(calls).toBeLessThanOrEqual(40);
});
