/** The retries of the built bundle: acknowledging ends before the function does, and what it came to is reported. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startLambda } from '../support/lambda.ts';
import { sqsEvent } from '../support/records.ts';
import { startSqs } from '../support/sqs.ts';
import { startStage } from '../support/stage.ts';

let stage: Awaited<ReturnType<typeof startStage>>;
let sqs: Awaited<ReturnType<typeof startSqs>>;
beforeEach(async () => {
  [stage, sqs] = [await startStage(), await startSqs()];
});
afterEach(async () => {
  await Promise.all([stage.stop(), sqs.stop()]);
});

test('SQS that hangs does not bring finished records back', async () => {
  stage.sandbox.store.add([{ session_id: 'a' }]);
  sqs.answerOnly(() => false);
  const environment = await startLambda(
    'session-events',
    { ...stage.environment(), ...sqs.environment },
    6000,
  );
  const event = sqsEvent([{ type: 'match.ended', data: { session_id: 'a' } }, 'not an event']);
  expect(await environment.invoke(event)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
  expect(stage.sandbox.store.isDeleted('a')).toBe(true);
  const logs = () => environment.logs.map((line): Record<string, unknown> => JSON.parse(line));
  await expect
    .poll(() => logs().find((line) => 'EventsReceived' in line))
    .toMatchObject({
      EventsReceived: 2,
      EventsDone: 1,
      EventsRetried: 1,
      EventsDead: 0,
    });
  expect(logs()).toContainEqual(
    expect.objectContaining({
      message: 'events go back to the queue',
      code: 'DEAD_LETTER_NOT_SENT',
      events: 1,
      reason: expect.stringContaining('No answer within'),
    }),
  );
  await environment.stop();
});
