/** The two registers, that of the table and that of an environment that remembers alone, keep the same rules. */
import { afterAll, describe, expect, test } from 'vitest';
import { createRegister, entryOf, type Register } from '../../lib/memory/register.ts';
import { openTable } from '../../lib/memory/table.ts';
import { createTableRegister } from '../../lib/memory/table-register.ts';
import type { UserAction } from '../../lib/memory/types.ts';
import { startMemoryTable, TABLE } from '../support/memory-table.ts';

const dynamoDb = await startMemoryTable();
afterAll(() => dynamoDb.stop());

const never = new AbortController().signal;
const table = openTable({ name: TABLE, days: 15, aws: dynamoDb.aws });
const registers: [string, () => Register][] = [
  ['of the table', () => createTableRegister(table, never)],
  ['of an environment alone', () => createRegister(1000)],
];

describe.each(registers)('the register %s', (name, create) => {
  const register = create();
  let users = 0;

  /** Entries of one user, whom no other test knows. */
  function user() {
    users += 1;
    const address = `${name} ${users}`;
    return (timeMs: number, action: UserAction, { event = `e${timeMs}`, sentAtMs = 0 } = {}) =>
      entryOf({
        sessionId: 's',
        address,
        timeMs,
        sentAtMs,
        action,
        event,
        receiveCount: 1,
        mergedReceiveCount: 0,
      });
  }
  async function applied(entry: ReturnType<ReturnType<typeof user>>): Promise<void> {
    expect(await register.claim(entry)).toMatchObject({ won: true });
    expect(await register.confirm(entry)).toBeUndefined();
  }

  test('the first change of a user wins', async () => {
    expect(await register.claim(user()(1, 'join'))).toEqual({ won: true, held: false });
  });

  test('a later change wins over an earlier one, and an earlier one loses to what stands', async () => {
    const entry = user();
    await register.claim(entry(2, 'join'));
    expect(await register.claim(entry(3, 'leave'))).toEqual({ won: true, held: false });
    expect(await register.claim(entry(1, 'join'))).toEqual({
      won: false,
      standing: { ...entry(3, 'leave'), applied: false, assumed: false },
    });
  });

  test('a change that was not applied may be claimed again, one that was applied may not', async () => {
    const entry = user();
    await register.claim(entry(1, 'join'));
    expect(await register.claim(entry(1, 'join'))).toMatchObject({ won: true });
    await register.confirm(entry(1, 'join'));
    const standing = { ...entry(1, 'join'), applied: true, assumed: false };
    expect(await register.claim(entry(1, 'join'))).toEqual({ won: false, standing });
  });

  test('an applied event that its sender sent once more stays as it is', async () => {
    const entry = user();
    await applied(entry(1, 'join'));
    const again = entry(1, 'join', { sentAtMs: 9 });
    expect(await register.claim(again)).toEqual({
      won: false,
      standing: { ...entry(1, 'join'), applied: true, assumed: false },
    });
  });

  const others: [string, UserAction, number][] = [
    ['another action', 'leave', 1],
    ['another time', 'join', 2],
  ];
  test.each(others)('an event with the same id and %s is another event', async (_, action, timeMs) => {
    const entry = user();
    await applied(entry(1, 'join', { event: 'same' }));
    const other = entry(timeMs, action, { event: 'same', sentAtMs: 9 });
    expect(await register.claim(other)).toEqual({ won: true, held: false });
  });

  test('a look marks what stands, and otherwise returns what stands instead', async () => {
    const entry = user();
    await register.claim(entry(1, 'join'));
    await register.claim(entry(2, 'leave'));
    expect(await register.confirm(entry(1, 'join'))).toEqual({
      ...entry(2, 'leave'),
      applied: false,
      assumed: false,
    });
    expect(await register.confirm(entry(2, 'leave'))).toBeUndefined();
    expect(await register.confirm(entry(1, 'join'))).toEqual({
      ...entry(2, 'leave'),
      applied: true,
      assumed: false,
    });
  });

  test('a look where nothing stands any more finds nothing', async () => {
    expect(await register.confirm(user()(1, 'join'))).toBeUndefined();
  });

  test('a join that is applied without a call says so, also after it was looked at', async () => {
    const entry = user();
    await register.claim(entry(2, 'join'));
    await register.assume(entry(1, 'join'));
    expect(await register.confirm(entry(1, 'join'))).toMatchObject({ applied: false, assumed: false });
    await register.assume(entry(2, 'join'));
    const standing = { ...entry(2, 'join'), applied: true, assumed: true };
    expect(await register.claim(entry(1, 'join'))).toEqual({ won: false, standing });
    await register.confirm(entry(2, 'join'));
    expect(await register.claim(entry(1, 'join'))).toEqual({ won: false, standing });
    expect(await register.claim(entry(3, 'join'))).toMatchObject({ won: true });
    expect(await register.confirm(entry(1, 'join'))).toMatchObject({ applied: false, assumed: false });
  });

  test('an assumption about a user of whom nothing stands has no effect', async () => {
    const entry = user();
    await register.assume(entry(1, 'join'));
    expect(await register.claim(entry(1, 'join'))).toEqual({ won: true, held: false });
  });

  describe('a removal that is held back', () => {
    test('is known to a join that comes after it', async () => {
      const entry = user();
      await register.hold(entry(1, 'leave'));
      expect(await register.claim(entry(2, 'join'))).toEqual({ won: true, held: true });
    });
    test('changes nothing until it claims: nothing stands, and a look finds nothing', async () => {
      const entry = user();
      await register.hold(entry(2, 'leave'));
      expect(await register.confirm(entry(1, 'join'))).toBeUndefined();
      expect(await register.claim(entry(1, 'join'))).toEqual({ won: true, held: false });
    });
    test('is no longer held once it claims', async () => {
      const entry = user();
      await register.hold(entry(1, 'leave'));
      expect(await register.claim(entry(1, 'leave'))).toEqual({ won: true, held: false });
      expect(await register.claim(entry(2, 'join'))).toEqual({ won: true, held: false });
    });
    test('is known after an applied join, also where that is marked once more', async () => {
      const entry = user();
      await applied(entry(1, 'join'));
      await register.hold(entry(2, 'leave'));
      await register.confirm(entry(1, 'join'));
      expect(await register.claim(entry(3, 'join'))).toEqual({ won: true, held: true });
    });
    test('is not known to a join that comes before it', async () => {
      const entry = user();
      await register.hold(entry(2, 'leave'));
      expect(await register.claim(entry(1, 'join'))).toEqual({ won: true, held: false });
    });

    const absent: [string, UserAction, boolean][] = [
      ['the user was removed', 'leave', true],
      ['the user is being removed', 'leave', false],
      ['the user is being added', 'join', false],
    ];
    test.each(absent)('is not noted while the user may not be there: %s', async (_, action, isApplied) => {
      const entry = user();
      await register.claim(entry(1, action));
      if (isApplied) await register.confirm(entry(1, action));
      await register.hold(entry(2, 'leave'));
      expect(await register.claim(entry(3, 'join'))).toEqual({ won: true, held: false });
    });
    test('is not noted when a later join stands', async () => {
      const entry = user();
      await applied(entry(2, 'join'));
      await register.hold(entry(1, 'leave'));
      expect(await register.claim(entry(3, 'join'))).toEqual({ won: true, held: false });
    });
  });

  test('of 20 claims side by side the latest stands', async () => {
    const entry = user();
    const order = Array.from({ length: 20 }, (_, index) => (index * 7) % 20);
    await Promise.all(order.map((at) => register.claim(entry(at, at % 2 === 0 ? 'join' : 'leave'))));
    expect(await register.confirm(entry(100, 'join'))).toEqual({
      ...entry(19, 'leave'),
      applied: false,
      assumed: false,
    });
  });
});

test('an environment that remembers alone forgets the users that it did not use for the longest time', async () => {
  const register = createRegister(2);
  const entry = (address: string) =>
    entryOf({
      ...{ sessionId: 's', address, timeMs: 1, sentAtMs: 1, action: 'join', event: 'e' },
      ...{ receiveCount: 1, mergedReceiveCount: 0 },
    });
  for (const address of ['a', 'b']) await register.claim(entry(address));
  await register.confirm(entry('a'));
  await register.claim(entry('c'));
  expect(await register.claim(entry('a'))).toMatchObject({ won: false });
  expect(await register.claim(entry('b'))).toMatchObject({ won: true });
});

describe('the table', () => {
  const entry = entryOf({
    ...{ sessionId: 'abc-S', address: '::1', timeMs: 0, sentAtMs: 1, action: 'leave', event: 'evt 1' },
    ...{ receiveCount: 1, mergedReceiveCount: 0 },
  });

  test('holds the moment, the action, the event and whether it was applied', async () => {
    const register = createTableRegister(table, never);
    await register.claim(entry);
    await register.confirm(entry);
    const items = await table.get(['user#abc-S#::1'], never);
    expect(items.get('user#abc-S#::1')).toEqual({
      id: 'user#abc-S#::1',
      moment: '1970-01-01T00:00:00.000Z 1970-01-01T00:00:00.001Z evt%201 0',
      time: '1970-01-01T00:00:00.000Z',
      action: 'leave',
      event: 'evt 1',
      applied: true,
      expires: expect.any(Number),
    });
  });

  test('takes two requests for a change that nobody contests, and one more for one that is', async () => {
    const register = createTableRegister(table, never);
    const later = { ...entry, id: 'user#requests', moment: `${entry.moment}9` };
    dynamoDb.reset();
    await register.claim(later);
    await register.confirm(later);
    expect(dynamoDb.requests).toEqual(['PutItem', 'UpdateItem']);
    dynamoDb.reset();
    await register.claim({ ...later, moment: entry.moment });
    expect(dynamoDb.requests).toEqual(['PutItem', 'BatchGetItem']);
  });

  test('that stops answering ends all that a batch waits for, and only that batch', async () => {
    dynamoDb.fail(() => ({ kind: 'delay', ms: 300_000 }));
    const register = createTableRegister(table, never);
    const claims = Array.from({ length: 200 }, (_, index) =>
      register.claim({ ...entry, id: `user#slow#${index}` }),
    );
    const ended = await Promise.allSettled(claims);
    expect(ended.every(({ status }) => status === 'rejected')).toBe(true);
    dynamoDb.reset();
    await expect(register.claim(entry)).rejects.toThrow(/Timeout/);
    expect(await createTableRegister(table, never).confirm(entry)).toBeUndefined();
  });

  test('that holds a user in a form that this version does not know fails for that user alone', async () => {
    dynamoDb.reset();
    const Item = {
      id: { S: 'user#new#1' },
      moment: { S: '9' },
      action: { S: 'promote' },
      applied: { BOOL: true },
    };
    await dynamoDb.request('PutItem', { Item });
    const register = createTableRegister(table, never);
    await expect(register.claim({ ...entry, id: 'user#new#1' })).rejects.toThrow(
      /user#new#1 in another form/,
    );
    expect(await register.claim({ ...entry, id: 'user#new#2' })).toMatchObject({ won: true });
  });
});
