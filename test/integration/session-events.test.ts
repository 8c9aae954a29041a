/** The built bundle of session-events against the sandbox over HTTP and the embedded SQS. */
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { parse } from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sessionUserContext } from '../../lib/edgegap/models.ts';
import { startLambda } from '../support/lambda.ts';
import { sqsEvent } from '../support/records.ts';
import { startStage } from '../support/stage.ts';

let stage: Awaited<ReturnType<typeof startStage>>;
beforeEach(async () => {
  stage = await startStage();
});
afterEach(async () => {
  await stage.stop();
});

async function seed(sessions: object[]): Promise<void> {
  const answer = await fetch(`${stage.sandbox.url}/_sandbox/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sessions),
  });
  expect(answer.status).toBeLessThan(300);
}

const session = (id: string, more: object = {}) => ({
  session_id: id,
  users: ['10.0.0.1', '10.0.0.2'],
  ...more,
});
const ended = (...ids: string[]) => ({ type: 'match.ended', data: { session_ids: ids } });
const users = (type: string, id: string, ...ips: string[]) => ({
  type,
  data: { session_id: id, ip_list: ips },
});
const usersOf = async (id: string) => {
  const answer = await fetch(`${stage.sandbox.url}/v1/session/${id}/users`, {
    headers: { authorization: 'token sandbox-key' },
  });
  return parse(sessionUserContext, await answer.json());
};

async function deadLetters() {
  const answer = await stage.client.send(
    new ReceiveMessageCommand({
      QueueUrl: stage.deadLetterQueueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
    }),
  );
  return answer.Messages ?? [];
}

describe('what an event asks for is done', () => {
  test('a match that ended takes its session, and no other', async () => {
    await seed([session('a'), session('b')]);
    const { invoke } = await stage.sessionEvents();
    const event = sqsEvent([{ type: 'match.ended', data: { session_id: 'a' } }]);
    expect(await invoke(event)).toEqual({ batchItemFailures: [] });
    expect(stage.sandbox.store.isDeleted('a')).toBe(true);
    expect(stage.sandbox.store.isDeleted('b')).toBe(false);
  });

  test('users leave and join; the others stay', async () => {
    await seed([session('a')]);
    const { invoke } = await stage.sessionEvents();
    const bodies = [users('user.left', 'a', '10.0.0.1'), users('user.joined', 'a', '10.0.0.3')];
    expect(await invoke(sqsEvent(bodies))).toEqual({ batchItemFailures: [] });
    const { session_users } = await usersOf('a');
    expect(session_users.map(({ ip }) => ip).toSorted()).toEqual(['10.0.0.2', '10.0.0.3']);
  });

  test('a stopped deployment and a retired tag take their sessions', async () => {
    await seed([
      session('a', { deployment_request_id: 'd1', tags: ['old'] }),
      session('b', { deployment_request_id: 'd2', tags: ['old'] }),
      session('c', { deployment_request_id: 'd3', tags: ['new'] }),
    ]);
    const { invoke } = await stage.sessionEvents();
    const bodies = [
      { type: 'deployment.stopped', data: { deployment_request_id: 'd1' } },
      { type: 'tag.retired', data: { deployment_tags: ['old'] } },
    ];
    expect(await invoke(sqsEvent(bodies))).toEqual({ batchItemFailures: [] });
    expect(['a', 'b', 'c'].map((id) => stage.sandbox.store.isDeleted(id))).toEqual([true, true, false]);
  });

  test('a match of ten players that ends is one call, and a late event about it none', async () => {
    await seed([session('a')]);
    const { invoke } = await stage.sessionEvents();
    const leavers = Array.from({ length: 10 }, (_, player) => users('user.left', 'a', `10.0.1.${player}`));
    await invoke(sqsEvent([...leavers, ended('a')]));
    await invoke(sqsEvent([users('user.left', 'a', '10.0.0.1')]));
    expect(stage.sandbox.requests()).toHaveLength(1);
  });

  test('a session that is gone already is no failure', async () => {
    const { invoke } = await stage.sessionEvents();
    const bodies = [ended('never-there'), ended('never-there-2'), users('user.left', 'never-there-3', '::1')];
    expect(await invoke(sqsEvent(bodies))).toEqual({ batchItemFailures: [] });
    expect(await deadLetters()).toEqual([]);
  });
});

describe('a message that is not a valid event fails alone, and keeps its reason', () => {
  const wrong: [string, unknown, string][] = [
    ['not JSON', '{', 'JSON'],
    ['an unknown type', { type: 'match.begun', data: {} }, '/type'],
    ['missing data', { type: 'match.ended' }, '/data'],
    ['two targets at once', { type: 'match.ended', data: { session_id: 'a', session_ids: ['b'] } }, '/data'],
    ['a path in an id', { type: 'match.ended', data: { session_id: '../x' } }, '/data/session_id'],
    ['an IP that is none', users('user.left', 'a', '300.1.1.1'), '/data/ip_list/0'],
    ['1,001 addresses', users('user.left', 'a', ...Array<string>(1001).fill('10.0.0.1')), '/data/ip_list'],
    ['an array', [ended('a')], 'body'],
  ];
  test.each(wrong)('%s', async (_, body, where) => {
    await seed([session('good')]);
    const { invoke } = await stage.sessionEvents();
    expect(await invoke(sqsEvent([body, ended('good')]))).toEqual({ batchItemFailures: [] });
    expect(stage.sandbox.store.isDeleted('good')).toBe(true);
    const [letter, ...others] = await deadLetters();
    expect(others).toEqual([]);
    expect(letter?.Body).toBe(typeof body === 'string' ? body : JSON.stringify(body));
    expect(letter?.MessageAttributes?.ERROR_CODE?.StringValue).toBe('INVALID_EVENT');
    expect(letter?.MessageAttributes?.ERROR_MESSAGE?.StringValue).toContain(where);
    expect(letter?.MessageAttributes?.ORIGINAL_MESSAGE_ID?.StringValue).toBe('m0');
  });
});

describe('nothing is acknowledged that was not done', () => {
  test('a wrong key', async () => {
    await seed([session('a')]);
    const { invoke } = await stage.sessionEvents({ SESSIONS_API_KEY: 'wrong' });
    expect(await invoke(sqsEvent([ended('a')]))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
  });

  test('an address that answers 404 to everything', async () => {
    await seed([session('a')]);
    const { invoke } = await stage.sessionEvents({ SESSIONS_API_URL: `${stage.sandbox.url}/mistyped` });
    const event = sqsEvent([ended('a'), users('user.left', 'b', '10.0.0.1')]);
    const { batchItemFailures } = await invoke(event);
    expect(batchItemFailures).toHaveLength(2);
  });

  test('a dead-letter queue that does not answer', async () => {
    const { invoke } = await stage.sessionEvents({ DEAD_LETTER_QUEUE_URL: `${stage.queueUrl}-missing` });
    expect(await invoke(sqsEvent(['{']))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
  });
});

describe('a function that cannot work says which variable is wrong', () => {
  const wrong: [string, Record<string, string>, RegExp][] = [
    ['no key', { SESSIONS_API_KEY: '' }, /SESSIONS_API_KEY is not set/],
    [
      'an address that is none',
      { SESSIONS_API_URL: 'api.edgegap.com' },
      /SESSIONS_API_URL has the invalid value "api.edgegap.com"/,
    ],
    [
      'a rate that is no number',
      { API_RATE: 'ten' },
      /API_RATE has the invalid value "ten".*requests a second/,
    ],
  ];
  test.each(wrong)('%s', async (_, env, message) => {
    const environment = {
      SESSIONS_API_KEY: 'key',
      EVENTS_QUEUE_URL: stage.queueUrl,
      DEAD_LETTER_QUEUE_URL: stage.deadLetterQueueUrl,
      ...env,
    };
    await expect(startLambda('session-events', environment)).rejects.toThrow(message);
  });
});

test('every line of an invocation carries its request id: log, audit and metrics', async () => {
  stage.sandbox.store.add([{ session_id: 'traced' }]);
  const { invoke, logs } = await stage.sessionEvents();
  const before = logs.length;
  await invoke(sqsEvent([ended('traced'), 'not an event']));
  await expect.poll(() => logs.some((line) => line.includes('"_aws"'))).toBe(true);
  const lines = logs.slice(before).map((line): Record<string, unknown> => JSON.parse(line));
  expect(lines.map(({ message }) => message)).toEqual(expect.arrayContaining(['audit', 'batch']));
  // The id that test/support/lambda-worker.ts gives to the first invocation.
  expect(new Set(lines.map(({ requestId }) => requestId))).toEqual(new Set(['1']));
});
