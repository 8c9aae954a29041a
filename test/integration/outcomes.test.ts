/** The outcome table, row by row: the built bundle against a sandbox that misbehaves. */
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LambdaEnvironment } from '../support/lambda.ts';
import { startLambda } from '../support/lambda.ts';
import { sqsEvent, sqsRecord } from '../support/records.ts';
import { startStage } from '../support/stage.ts';

let stage: Awaited<ReturnType<typeof startStage>>;
beforeEach(async () => {
  stage = await startStage({ env: { API_RATE: '1000' } });
});
afterEach(async () => {
  await stage.stop();
});

const seed = (...ids: string[]) => {
  stage.sandbox.store.add(ids.map((session_id) => ({ session_id, users: ['10.0.0.1', '10.0.0.2'] })));
};
const ended = (...session_ids: string[]) => ({ type: 'match.ended', data: { session_ids } });
const left = (session_id: string, ...ip_list: string[]) => ({
  type: 'user.left',
  data: { session_id, ip_list },
});
const ids = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`);
const operations = () => stage.sandbox.requests().map(({ operation }) => operation);
const failed = (...indexes: number[]) => ({
  batchItemFailures: indexes.map((index) => ({ itemIdentifier: `m${index}` })),
});

async function deadLetters() {
  const receive = new ReceiveMessageCommand({
    QueueUrl: stage.deadLetterQueueUrl,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ['All'],
  });
  return (await stage.client.send(receive)).Messages ?? [];
}

/** The line with that member among what the function logged; lines come a moment after the answer. */
async function logged(environment: LambdaEnvironment, has: (line: Record<string, unknown>) => boolean) {
  const find = () => environment.logs.map((line): Record<string, unknown> => JSON.parse(line)).find(has);
  await expect.poll(find).toBeDefined();
  return find();
}

describe('done all the same', () => {
  test('an answer that was lost after the work was done', async () => {
    seed('a', 'b');
    stage.sandbox.faults.set({ lostAnswer: 0.5, seed: 3 });
    const { invoke } = await stage.sessionEvents();
    expect(await invoke(sqsEvent([ended('a', 'b'), left('c', '10.0.0.1')]))).toEqual(failed());
    expect(['a', 'b'].every((id) => stage.sandbox.store.isDeleted(id))).toBe(true);
  });

  test('errors, throttling, resets and answers that are no JSON in between', async () => {
    seed(...ids(20));
    stage.sandbox.faults.set({
      serverError: 0.2,
      throttle: 0.2,
      reset: 0.2,
      notJson: 0.2,
      retryAfterSeconds: 0,
      seed: 5,
    });
    const { invoke } = await stage.sessionEvents();
    expect(await invoke(sqsEvent(ids(20).map((id) => left(id, '10.0.0.1'))))).toEqual(failed());
  });

  test('an id that a bulk stop left out is asked for once more', async () => {
    seed(...ids(10));
    stage.sandbox.faults.set({ notProcessable: true, sparedTimes: 1 });
    const { invoke } = await stage.sessionEvents();
    expect(await invoke(sqsEvent([ended(...ids(10))]))).toEqual(failed());
    expect(ids(10).every((id) => stage.sandbox.store.isDeleted(id))).toBe(true);
    expect(operations()).toEqual(['sessionsBulkStop', 'sessionsBulkStop']);
  });
});

describe('dead, with its reason, and alone', () => {
  test('one poisonous id in a batch of 1,000 costs few calls, and only its own record', async () => {
    seed(...ids(1000));
    stage.sandbox.faults.set({ refuse: ['s777'] });
    const { invoke } = await stage.sessionEvents();
    expect(await invoke(sqsEvent(ids(1000).map((id) => ended(id))))).toEqual(failed());
    expect(ids(1000).filter((id) => !stage.sandbox.store.isDeleted(id))).toEqual(['s777']);
    const [letter, ...others] = await deadLetters();
    expect(others).toEqual([]);
    const attributes = letter?.MessageAttributes ?? {};
    expect(letter?.Body).toBe(JSON.stringify(ended('s777')));
    expect(attributes.ERROR_CODE?.StringValue).toBe('REFUSED');
    expect(attributes.ERROR_MESSAGE?.StringValue).toContain('400');
    expect(attributes.ORIGINAL_MESSAGE_ID?.StringValue).toBe('m777');
    expect(attributes.RECEIVE_COUNT?.StringValue).toBe('1');
    expect(Date.parse(attributes.FAILED_AT?.StringValue ?? '')).toBeGreaterThan(Date.now() - 60_000);
    const further = operations().length - 2;
    expect(further).toBeLessThanOrEqual(2 + 2 * Math.log2(500));
  });

  test('a refused users call of a session that is there; of one that is not, it is gone', async () => {
    seed('a');
    stage.sandbox.faults.set({ refuse: ['a'], operations: ['deleteUsersSession'] });
    const { invoke } = await stage.sessionEvents();
    expect(await invoke(sqsEvent([left('a', '10.0.0.1'), left('nowhere', '10.0.0.1')]))).toEqual(failed());
    expect((await deadLetters()).map(({ Body }) => Body)).toEqual([JSON.stringify(left('a', '10.0.0.1'))]);
  });
});

describe('back to the queue', () => {
  const soon = { API_TIMEOUT_MS: '300' };

  test('an API that is down: hidden for the back-off of its receive count', async () => {
    seed('a');
    stage.sandbox.faults.set({ serverError: 1 });
    const body = JSON.stringify(ended('a'));
    await stage.client.send(new SendMessageCommand({ QueueUrl: stage.queueUrl, MessageBody: body }));
    const received = await stage.client.send(new ReceiveMessageCommand({ QueueUrl: stage.queueUrl }));
    const [message] = received.Messages ?? [];
    const environment = await shortLived(2000);
    const record = { ...sqsRecord(body, 'm0'), receiptHandle: message?.ReceiptHandle ?? '' };
    expect(await environment.invoke({ Records: [record] })).toEqual(failed(0));
    await environment.stop();
    const [hidden] = stage.inFlight();
    const seconds = ((hidden?.visibilityDeadline ?? 0) - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(3);
    expect(seconds).toBeLessThanOrEqual(10);
  });

  async function shortLived(timeoutMs: number): Promise<LambdaEnvironment> {
    return await startLambda('session-events', { ...stage.environment(), ...soon }, timeoutMs);
  }

  test('the time of the invocation: what was done is acknowledged, the rest comes back', async () => {
    seed('fast', 'slow');
    stage.sandbox.faults.set({ latencyMs: 60_000, operations: ['deleteUsersSession'] });
    const environment = await startLambda('session-events', stage.environment(), 3000);
    expect(await environment.invoke(sqsEvent([ended('fast'), left('slow', '10.0.0.1')]))).toEqual(failed(1));
    await environment.stop();
    expect(stage.sandbox.store.isDeleted('fast')).toBe(true);
  });

  test('a rejected key acknowledges nothing, and is one metric and one clear line', async () => {
    seed('a');
    stage.sandbox.faults.set({ rejectKey: 1 });
    const environment = await stage.sessionEvents();
    expect(await environment.invoke(sqsEvent([ended('a'), left('b', '10.0.0.1')]))).toEqual(failed(0, 1));
    expect(await logged(environment, (line) => 'ApiAuthFailures' in line)).toMatchObject({
      ApiAuthFailures: 2,
    });
    const line = await logged(environment, (one) => one.message === 'events go back to the queue');
    expect(line).toMatchObject({
      code: 'UNAUTHORIZED',
      events: 2,
      reason: expect.stringContaining('SESSIONS_API_KEY'),
    });
    expect(environment.logs.join('\n')).not.toContain('sandbox-key');
  });

  test('an API without the session surface acknowledges nothing, and is one metric', async () => {
    seed('a', 'b', 'c');
    stage.sandbox.faults.set({ routesMissing: true });
    const environment = await stage.sessionEvents();
    const event = sqsEvent([ended('a'), ended('b'), left('c', '10.0.0.1')]);
    expect(await environment.invoke(event)).toEqual(failed(0, 1, 2));
    expect(await logged(environment, (line) => 'ApiSurfaceMissing' in line)).toMatchObject({
      ApiSurfaceMissing: 3,
    });
  });
});

test('throttled, the calls stay within API_RATE', async () => {
  seed(...ids(30));
  stage.sandbox.faults.set({ throttle: 0.3, seed: 1 });
  const { invoke } = await stage.sessionEvents({ API_RATE: '10' });
  expect(await invoke(sqsEvent(ids(30).map((id) => left(id, '10.0.0.1'))))).toEqual(failed());
  const times = stage.sandbox.requests().map(({ at }) => at);
  expect(times.length).toBeGreaterThan(30);
  const busiest = Math.max(
    ...times.map((from) => times.filter((at) => at >= from && at < from + 900).length),
  );
  console.info(`throttled at 30 %: ${times.length} calls, at most ${busiest} in 0.9 s`);
  expect(busiest).toBeLessThanOrEqual(10);
});
