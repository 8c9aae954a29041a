/** The memory's table fails under the built function: stops and deletions go on, users wait, and nothing is lost. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultOf } from '../support/memory-table.ts';
import { sqsEvent } from '../support/records.ts';
import { startStage } from '../support/stage.ts';

let stage: Awaited<ReturnType<typeof startStage>>;
beforeAll(async () => {
  stage = await startStage({ memory: true, kind: true });
});
afterEach(() => stage.table?.reset());
afterAll(() => stage.stop());

const refused = (name: string): FaultOf => {
  const body = { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'no' };
  return () => ({ kind: 'answer', status: 400, body });
};

test.each<[string, FaultOf]>([
  ['is gone', refused('ResourceNotFoundException')],
  ['throttles', refused('ProvisionedThroughputExceededException')],
  ['is slow', () => ({ kind: 'delay', ms: 5000 })],
  ['answers nonsense', () => ({ kind: 'answer', status: 200, body: '<html>' })],
  ['closes its connections', () => ({ kind: 'drop' })],
])(
  'the table %s: matches end, users wait, one metric and one line say so; then it goes on by itself',
  async (what, fault) => {
    const name = what.replaceAll(' ', '-');
    const [match, players] = [`${name}-match`, `${name}-players`];
    stage.sandbox.store.add([
      { session_id: match },
      { session_id: players, users: ['10.0.0.1', '10.0.0.2'] },
    ]);
    const batch = sqsEvent([
      { type: 'match.ended', data: { session_id: match } },
      { type: 'user.left', data: { session_id: players, ip_list: ['10.0.0.1'] } },
      { type: 'user.joined', data: { session_id: players, ip_list: ['10.0.0.3'] } },
    ]);
    const usersOf = () =>
      stage.sandbox.store.sessions().find(({ session_id }) => session_id === players)?.users;
    const environment = await stage.sessionEvents();

    stage.table?.fail(fault);
    const waiting = batch.Records.slice(1).map(({ messageId }) => ({ itemIdentifier: messageId }));
    expect(await environment.invoke(batch)).toEqual({ batchItemFailures: waiting });
    expect(stage.sandbox.store.isDeleted(match)).toBe(true);
    expect(usersOf()).toEqual(['10.0.0.1', '10.0.0.2']);
    const lines = (part: string) => environment.logs.filter((line) => line.includes(part)).length;
    await expect.poll(() => lines('"MemoryUnavailable":1,'), { timeout: 10_000 }).toBe(1);
    expect(lines('"the memory did not answer"')).toBe(1);

    stage.table?.reset();
    expect(await environment.invoke(batch)).toEqual({ batchItemFailures: [] });
    expect(usersOf()).toEqual(['10.0.0.2', '10.0.0.3']);
  },
);
