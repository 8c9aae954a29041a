/** What gets from a shared SNS topic and a shared event bus into the queue, by the filters of the packaged template. */
import { readdirSync, readFileSync } from 'node:fs';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { packageStack } from '../support/template.ts';

const samples = new URL('../../events/samples/', import.meta.url);
const snsMessage = z.object({ Message: z.string() });
const messageOf = (file: string): string =>
  snsMessage.parse(JSON.parse(readFileSync(new URL(file, samples), 'utf8'))).Message;
const filesIn = (folder: string): string[] =>
  readdirSync(new URL(folder, samples)).filter((file) => file.endsWith('.json'));

const stack = await packageStack('test', 'topicArn=arn:aws:sns:eu-west-1:111122223333:t', 'eventBus=games');
const properties = (id: string): Record<string, unknown> => stack.resources[id]?.Properties ?? {};

let sqs: Awaited<ReturnType<typeof startFauxqs>>;
beforeAll(async () => {
  sqs = await startFauxqs({ port: 0, logger: false });
  sqs.createQueue('events');
  sqs.createTopic('shared');
  const { FilterPolicyScope, FilterPolicy } = properties('TopicSubscription');
  const attributes = {
    FilterPolicyScope: String(FilterPolicyScope),
    FilterPolicy: JSON.stringify(FilterPolicy),
  };
  sqs.subscribe({ topic: 'shared', queue: 'events', attributes });
});
afterAll(async () => {
  await Promise.all([sqs.stop(), stack.remove()]);
});

/** How many messages in the queue are new after this was published to the topic. */
function delivered(message: string): number {
  const count = () => sqs.inspectQueue('events')?.messages.ready.length ?? 0;
  const before = count();
  sqs.publish('shared', message);
  return count() - before;
}

describe('from a shared topic', () => {
  test.each(filesIn('foreign/'))('%s does not come into the queue', (file) => {
    expect(delivered(messageOf(`foreign/${file}`))).toBe(0);
  });

  test.each(filesIn('.').filter((file) => !file.startsWith('sns.')))('%s comes into the queue', (file) => {
    expect(delivered(readFileSync(new URL(file, samples), 'utf8'))).toBe(1);
  });

  test.each(filesIn('.').filter((file) => file.startsWith('sns.')))('the message of %s, too', (file) => {
    expect(delivered(messageOf(file))).toBe(1);
  });

  const data = { session_id: 'abc123-s' };
  test.each<[string, object]>([
    ['a type with a typing error', { type: 'match.end', data }],
    ['a misspelt member', { typ: 'match.ended', data }],
    ['a source of AWS', { type: 'match.ended', source: 'aws.mine', data }],
    ['a wrong detail type', { 'detail-type': 'match.end', source: 'session-hooks.x', detail: data }],
    ['a notification in a notification', { Type: 'Notification', Message: JSON.stringify({ type: 'x' }) }],
  ])('%s comes into the queue, to become a dead letter where it must', (_, message) => {
    expect(delivered(JSON.stringify(message))).toBe(1);
  });
});

test('from a shared event bus, what its source declares as ours comes into the queue, whatever its type is', () => {
  expect(properties('EventBusRule').EventPattern).toEqual({ source: [{ prefix: 'session-hooks.' }] });
});
