/** What environments know together, and what one of them knows alone. */
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { MemoryError } from '../../lib/memory/errors.ts';
import { type Memory, openMemory } from '../../lib/memory/memory.ts';
import { entryOf } from '../../lib/memory/register.ts';
import { selectorKeys } from '../../lib/session-events/deletions.ts';
import { startMemoryTable, TABLE } from '../support/memory-table.ts';

const dynamoDb = await startMemoryTable();
afterAll(() => dynamoDb.stop());
beforeEach(() => dynamoDb.reset());

const never = new AbortController().signal;
/** A new environment. */
const environment = (): Memory => openMemory({ table: TABLE, days: 15 }, dynamoDb.aws);
const isSlow = (): void => dynamoDb.fail(() => ({ kind: 'delay', ms: 300_000 }));
const isMissing = (): void => {
  const body = { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException', message: 'not found' };
  dynamoDb.fail(() => ({ kind: 'answer', status: 400, body }));
};
const cause = { by: 'match.ended', event: 'evt-1' };

function alone(): Memory {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    return openMemory({ table: undefined, days: 15 });
  } finally {
    write.mockRestore();
  }
}

describe('a session that one environment deleted', () => {
  test('is known to the others, with who asked and when', async () => {
    const before = Date.now();
    expect(await environment().rememberDeleted([{ sessionId: 'one', ...cause }], never)).toBeUndefined();
    const { deleted, unavailable } = await environment().recall({ sessionIds: ['one', 'other'] }, never);
    expect([...deleted]).toEqual([['one', { ...cause, deletedAtMs: expect.any(Number) }]]);
    expect(deleted.get('one')?.deletedAtMs).toBeGreaterThanOrEqual(before);
    expect(unavailable).toBeUndefined();
  });

  test('stands in the table as the documentation says', async () => {
    await environment().rememberDeleted([{ sessionId: 'format', ...cause }], never);
    const read = await dynamoDb.request('GetItem', { Key: { id: { S: 'session#format' } } });
    expect(read).toEqual({
      Item: {
        id: { S: 'session#format' },
        deletedAt: { S: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) },
        by: { S: 'match.ended' },
        event: { S: 'evt-1' },
        expires: { N: expect.stringMatching(/^\d+$/) },
      },
    });
  });

  test('is not asked for again by an environment that knows it; one that is not known is', async () => {
    const memory = environment();
    await memory.rememberDeleted([{ sessionId: 'known', ...cause }], never);
    dynamoDb.reset();
    expect((await memory.recall({ sessionIds: ['known'] }, never)).deleted.size).toBe(1);
    expect(dynamoDb.requests).toEqual([]);
    await memory.recall({ sessionIds: ['known', 'unknown'] }, never);
    await environment().rememberDeleted([{ sessionId: 'unknown', ...cause }], never);
    expect((await memory.recall({ sessionIds: ['known', 'unknown'] }, never)).deleted.size).toBe(2);
    await memory.recall({ sessionIds: ['known', 'unknown'] }, never);
    expect(dynamoDb.requests).toEqual(['BatchGetItem', 'BatchWriteItem', 'BatchGetItem']);
  });

  test('one match takes two requests: the recall and the tombstone', async () => {
    const memory = environment();
    await memory.recall({ sessionIds: ['two'] }, never);
    await memory.rememberDeleted([{ sessionId: 'two', ...cause }], never);
    expect(dynamoDb.requests).toEqual(['BatchGetItem', 'BatchWriteItem']);
  });

  test('a thousand matches take fifty', async () => {
    const memory = environment();
    const sessionIds = Array.from({ length: 1000 }, (_, index) => `many-${index}`);
    await memory.recall({ sessionIds }, never);
    await memory.rememberDeleted(
      sessionIds.map((sessionId) => ({ sessionId, ...cause })),
      never,
    );
    expect(dynamoDb.requests).toHaveLength(10 + 40);
    expect((await environment().recall({ sessionIds }, never)).deleted.size).toBe(1000);
  });

  test('why: the one who asked, also where another environment deleted it; nobody otherwise', async () => {
    await environment().rememberDeleted([{ sessionId: 'why', by: 'max-age', event: 'sweep-7' }], never);
    expect(await environment().why('why', never)).toMatchObject({ by: 'max-age', event: 'sweep-7' });
    expect(await environment().why('nobody', never)).toBeUndefined();
  });

  test('an id is no path to anything else: __proto__ is a session like any other', async () => {
    for (const memory of [environment(), alone()]) {
      await memory.rememberDeleted([{ sessionId: '__proto__', ...cause }], never);
      const { deleted } = await memory.recall({ sessionIds: ['__proto__', 'constructor'] }, never);
      expect([...deleted.keys()]).toEqual(['__proto__']);
    }
  });

  test('a tombstone that cannot be read counts as none: the session is deleted once more', async () => {
    await dynamoDb.request('PutItem', { Item: { id: { S: 'session#bad' }, deletedAt: { S: 'yesterday' } } });
    const { deleted, unavailable } = await environment().recall({ sessionIds: ['bad'] }, never);
    expect([deleted.size, unavailable]).toEqual([0, undefined]);
  });
});

describe('a deployment', () => {
  test('that was stopped is known to the others, and final', async () => {
    const memory = environment();
    await environment().rememberStopped(
      [{ deploymentId: 'd1', by: 'deployment.finished', event: 'e' }],
      never,
    );
    const recall = () => memory.recall({ sessionIds: [], deploymentIds: ['d1', 'd2'] }, never);
    expect((await recall()).deployments).toEqual(
      new Map([
        ['d1', { stopped: { by: 'deployment.finished', event: 'e', stoppedAtMs: expect.any(Number) } }],
      ]),
    );
    await memory.rememberSessionsOn(['d1'], never);
    expect((await recall()).deployments.get('d1')?.stopped).toBeDefined();
    expect(
      (await environment().recall({ sessionIds: [], deploymentIds: ['d1'] }, never)).deployments.get('d1'),
    ).toEqual({
      stopped: expect.anything(),
    });
  });

  test('that had sessions is known to the next sweep, which may run in another environment', async () => {
    const before = Date.now();
    await environment().rememberSessionsOn(['d3'], never);
    const memory = environment();
    const first = (await memory.recall({ sessionIds: [], deploymentIds: ['d3', 'd4'] }, never)).deployments;
    expect([...first.keys()]).toEqual(['d3']);
    expect(first.get('d3')?.lastSessionAtMs).toBeGreaterThanOrEqual(before);
    await environment().rememberSessionsOn(['d3'], never);
    const second = (await memory.recall({ sessionIds: [], deploymentIds: ['d3'] }, never)).deployments;
    expect(second.get('d3')?.lastSessionAtMs).toBeGreaterThanOrEqual(
      first.get('d3')?.lastSessionAtMs ?? Infinity,
    );
  });
});

describe('a deployment without sessions', () => {
  const emptySinceOf = async (id: string) =>
    (await environment().recall({ sessionIds: [], deploymentIds: [id] }, never)).deployments.get(id);

  test('that had some is known with the first look that saw none, until a look cannot tell', async () => {
    await environment().rememberSessionsOn(['e1'], never);
    await environment().rememberEmpty(['e1'], 1_800_000_000_000, never);
    expect(await emptySinceOf('e1')).toEqual({
      lastSessionAtMs: expect.any(Number),
      emptySinceMs: 1_800_000_000_000,
    });
    await environment().rememberEmpty(['e1'], undefined, never);
    expect(await emptySinceOf('e1')).toEqual({ lastSessionAtMs: expect.any(Number) });
  });

  test('that never had one is not written', async () => {
    await environment().rememberEmpty(['e2'], 1_800_000_000_000, never);
    expect(await emptySinceOf('e2')).toBeUndefined();
  });
});

describe('a table that does not answer', () => {
  test('is said with what this environment knows itself', async () => {
    const memory = environment();
    await memory.rememberDeleted([{ sessionId: 'mine', ...cause }], never);
    isSlow();
    const { deleted, unavailable } = await memory.recall({ sessionIds: ['mine', 'theirs'] }, never);
    expect([...deleted.keys()]).toEqual(['mine']);
    expect(unavailable).toBeInstanceOf(MemoryError);
    expect(unavailable?.message).toContain(TABLE);
  });

  test('what is remembered meanwhile is known to this environment alone, and the caller hears of it', async () => {
    const memory = environment();
    isMissing();
    const writes = await Promise.all([
      memory.rememberDeleted([{ sessionId: 'meanwhile', ...cause }], never),
      memory.rememberStopped([{ deploymentId: 'd5', ...cause }], never),
      memory.rememberSessionsOn(['d6'], never),
    ]);
    for (const write of writes) expect(write).toMatchObject({ code: 'MEMORY_UNAVAILABLE' });
    dynamoDb.reset();
    const ids = { sessionIds: ['meanwhile'], deploymentIds: ['d5'] };
    const [own, other] = [await memory.recall(ids, never), await environment().recall(ids, never)];
    expect([own.deleted.size, own.deployments.size]).toEqual([1, 1]);
    expect([other.deleted.size, other.deployments.size]).toEqual([0, 0]);
  });

  test('is asked again by the next recall', async () => {
    const memory = environment();
    isMissing();
    expect((await memory.recall({ sessionIds: ['a'] }, never)).unavailable).toBeDefined();
    dynamoDb.reset();
    expect((await memory.recall({ sessionIds: ['a'] }, never)).unavailable).toBeUndefined();
  });

  test('cannot say why', async () => {
    isMissing();
    await expect(environment().why('a', never)).rejects.toThrow(MemoryError);
  });
});

describe('an environment without a table', () => {
  test('says so in its first log line', () => {
    const lines: string[] = [];
    const write = vi
      .spyOn(process.stdout, 'write')
      .mockImplementation((line) => lines.push(String(line)) > 0);
    openMemory({ table: undefined, days: 15 });
    openMemory({ table: TABLE, days: 15 }, dynamoDb.aws);
    write.mockRestore();
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({
        message: 'this environment remembers alone',
        reason: 'MEMORY_TABLE is not set',
      }),
    ]);
  });

  test('remembers for itself', async () => {
    const memory = alone();
    await memory.rememberDeleted([{ sessionId: 'own', ...cause }], never);
    await memory.rememberSessionsOn(['d'], never);
    await memory.rememberStopped([{ deploymentId: 'e', ...cause }], never);
    const recalled = await memory.recall({ sessionIds: ['own'], deploymentIds: ['d', 'e'] }, never);
    expect([recalled.deleted.size, recalled.deployments.size, recalled.unavailable]).toEqual([
      1,
      2,
      undefined,
    ]);
    expect(await memory.why('own', never)).toMatchObject(cause);
    expect((await alone().recall({ sessionIds: ['own'] }, never)).deleted.size).toBe(0);
    expect(dynamoDb.requests).toEqual([]);
  });

  test('keeps its register from batch to batch', async () => {
    const memory = alone();
    const entry = entryOf({
      ...{ sessionId: 's', address: 'a', timeMs: 1, sentAtMs: 1, action: 'join', event: 'e' },
      ...{ receiveCount: 1, mergedReceiveCount: 0 },
    });
    await memory.register(never).claim(entry);
    expect(await memory.register(never).confirm({ ...entry, moment: '0' })).toMatchObject({
      ...entry,
      applied: false,
    });
  });
});

test('the sessions that an environment did not use for the longest time leave first, not those it learned first', async () => {
  const memory = alone();
  const remember = (ids: string[]) =>
    memory.rememberDeleted(
      ids.map((sessionId) => ({ sessionId, ...cause })),
      never,
    );
  const names = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  await remember(['first', 'second', ...names('more', 9998)]);
  await memory.recall({ sessionIds: ['first'] }, never);
  await remember(['last']);
  const { deleted } = await memory.recall({ sessionIds: ['first', 'second', 'last'] }, never);
  expect([...deleted.keys()]).toEqual(['first', 'last']);
});

test('what the API refused is remembered by this environment', () => {
  const memory = environment();
  memory.rememberRefusal('bad', 'no such thing');
  expect(memory.refusal('bad')).toBe('no such thing');
  expect(memory.refusal('good')).toBeUndefined();
});

test('a set of as many tags as an event may name is remembered, although a key of DynamoDB is shorter', async () => {
  const tags = Array.from({ length: 100 }, (_, index) => `${index}`.padStart(40, '\u{1d54f}'));
  const ask = { kind: 'deleteByTags', tags, match: 'all' } as const;
  expect(await environment().rememberHandled(selectorKeys(ask), never)).toBeUndefined();
  const recalled = await environment().recall({ sessionIds: ['a'], selectors: selectorKeys(ask) }, never);
  expect(recalled.unavailable).toBeUndefined();
  expect(recalled.handled.size).toBe(1);
});

test('a deployment whose sessions were deleted is known to the other environments', async () => {
  const { signal } = new AbortController();
  expect(await environment().rememberHandled(['request_id d'], signal)).toBeUndefined();
  const { handled } = await environment().recall(
    { sessionIds: [], selectors: ['request_id d', 'request_id other'] },
    signal,
  );
  expect([...handled.keys()]).toEqual(['request_id d']);
});
