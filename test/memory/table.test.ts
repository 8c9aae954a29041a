/** The table over the real protocol: an embedded DynamoDB, behind a proxy that throttles, drops, delays and lies. */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { MemoryError } from '../../lib/memory/errors.ts';
import { openTable, type Table } from '../../lib/memory/table.ts';
import { localAws } from '../../local/dynamodb.ts';
import { type FaultOf, startMemoryTable, TABLE } from '../support/memory-table.ts';
import { type ScriptedAnswer, startScriptedApi } from '../support/scripted-api.ts';

const dynamoDb = await startMemoryTable();
const table = openTable({ name: TABLE, days: 15, aws: dynamoDb.aws });
afterAll(() => dynamoDb.stop());
beforeEach(() => dynamoDb.reset());

const never = new AbortController().signal;
const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}#${index}`);
const items = (ids: readonly string[]) => ids.map((id) => ({ id, by: 'match.ended' }));
const count = (operation: string): number => dynamoDb.requests.filter((one) => one === operation).length;

/** A fault for the first requests only. */
function first(times: number, fault: ReturnType<FaultOf>): FaultOf {
  let left = times;
  return () => {
    left -= 1;
    return left >= 0 ? fault : undefined;
  };
}

/** DynamoDB names the error after the prefix that it puts before it. */
function refusal(name: string, status = 400): ReturnType<FaultOf> {
  return {
    kind: 'answer',
    status,
    body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'no' },
  };
}

describe('batches', () => {
  test('250 items are written in ten requests and read in three', async () => {
    const ids = names('batch', 250);
    await table.put(items(ids), never);
    const found = await table.get([...ids, 'batch#absent'], never);
    expect([...found.keys()].sort()).toEqual([...ids].sort());
    expect(found.get('batch#249')).toMatchObject({ id: 'batch#249', by: 'match.ended' });
    expect([count('BatchWriteItem'), count('BatchGetItem')]).toEqual([10, 3]);
  });

  test('an id that is asked for or written twice is sent once: DynamoDB refuses a batch with duplicates', async () => {
    await table.put([...items(['twice#0']), { id: 'twice#0', by: 'user.left' }], never);
    const found = await table.get(['twice#0', 'twice#0'], never);
    expect(found.get('twice#0')).toMatchObject({ by: 'user.left' });
  });

  test('nothing asked for, nothing sent', async () => {
    expect(await table.get([], never)).toEqual(new Map());
    await table.put([], never);
    expect(dynamoDb.requests).toEqual([]);
  });

  test('reads are strongly consistent', async () => {
    const bodies: unknown[] = [];
    dynamoDb.fail((_, body) => {
      bodies.push(body);
      return undefined;
    });
    await table.get(['consistent#0'], never);
    expect(bodies).toEqual([
      { RequestItems: { [TABLE]: { Keys: [{ id: { S: 'consistent#0' } }], ConsistentRead: true } } },
    ]);
  });

  test('what DynamoDB leaves unprocessed is sent again', async () => {
    const ids = names('left', 30);
    await table.put(items(ids), never);
    dynamoDb.fail(
      first(1, {
        kind: 'answer',
        status: 200,
        body: {
          Responses: { [TABLE]: [{ id: { S: 'left#0' } }] },
          UnprocessedKeys: { [TABLE]: { Keys: ids.slice(1).map((id) => ({ id: { S: id } })) } },
        },
      }),
    );
    expect((await table.get(ids, never)).size).toBe(30);

    const put = { PutRequest: { Item: { id: { S: 'left#late' }, by: { S: 'x' } } } };
    const unprocessed = { UnprocessedItems: { [TABLE]: [put] } };
    dynamoDb.fail(first(2, { kind: 'answer', status: 200, body: unprocessed }));
    await table.put(items(['left#late']), never);
    expect((await table.get(['left#late'], never)).size).toBe(1);
  });

  test('what stays unprocessed for two seconds is a failure', async () => {
    const body = { Responses: {}, UnprocessedKeys: { [TABLE]: { Keys: [{ id: { S: 'a' } }] } } };
    dynamoDb.fail(() => ({ kind: 'answer', status: 200, body }));
    // A slow machine may be in the middle of a request when the time is over.
    await expect(table.get(['a'], never)).rejects.toThrow(/1 of 1 items of a batch unprocessed|Timeout/);
  });
});

describe('an item that has expired counts as absent, although DynamoDB may take days to delete it', () => {
  const put = (id: string, expires: number): Promise<unknown> =>
    dynamoDb.request('PutItem', {
      Item: { id: { S: id }, by: { S: 'old' }, expires: { N: String(expires) } },
    });
  const nowSeconds = (): number => Math.floor(Date.now() / 1000);

  test('it is not read', async () => {
    await put('expired#0', nowSeconds() - 1);
    await put('expired#1', nowSeconds() + 60);
    expect([...(await table.get(['expired#0', 'expired#1'], never)).keys()]).toEqual(['expired#1']);
  });

  test('it does not keep a conditional write out', async () => {
    const never2 = { expression: '#by = :by', values: { by: 'nobody' } };
    await put('expired#2', nowSeconds() - 1);
    await put('expired#3', nowSeconds() + 60);
    expect(await table.putIf({ id: 'expired#2' }, never2, never)).toMatchObject({ replaced: { by: 'old' } });
    expect(await table.putIf({ id: 'expired#3' }, never2, never)).toBeUndefined();
  });

  test('every write makes an item last for MEMORY_DAYS', async () => {
    await table.put([{ id: 'lasting#0' }], never);
    await table.putIf({ id: 'lasting#1' }, { expression: '#by = :by', values: { by: 'x' } }, never);
    await table.update('lasting#2', { a: 1 }, { expression: 'attribute_not_exists(#id)', values: {} }, never);
    for (const { expires } of (await table.get(names('lasting', 3), never)).values()) {
      expect(Number(expires) - nowSeconds()).toBeGreaterThan(15 * 86_400 - 10);
      expect(Number(expires) - nowSeconds()).toBeLessThanOrEqual(15 * 86_400);
    }
  });
});

describe('conditional writes', () => {
  const older = (at: number) => ({ expression: '#at < :at', values: { at } });

  test('of 40 writers side by side the latest stands at last, and those that came too late are refused', async () => {
    const moments = Array.from({ length: 40 }, (_, index) => (index * 17) % 40);
    const written = await Promise.all(
      moments.map((at) => table.putIf({ id: 'race#0', at }, older(at), never)),
    );
    expect((await table.get(['race#0'], never)).get('race#0')).toMatchObject({ at: 39 });
    expect(written[moments.indexOf(39)]).toBeDefined();
    // Each that was written replaced an older one: no write was lost between them.
    const replaced = written.flatMap((one) => (one === undefined ? [] : [one.replaced?.at]));
    expect(new Set(replaced).size).toBe(replaced.length);
  });

  test('an update changes its attributes alone, and only where its condition holds', async () => {
    await table.put([{ id: 'update#0', at: 1, by: 'me' }], never);
    const is = (at: number) => ({ expression: '#at = :at', values: { at } });
    expect(await table.update('update#0', { applied: true }, is(2), never)).toBe(false);
    expect(await table.update('update#0', { applied: true }, is(1), never)).toBe(true);
    expect((await table.get(['update#0'], never)).get('update#0')).toMatchObject({
      at: 1,
      by: 'me',
      applied: true,
    });
  });

  test('a write whose answer is lost is repeated, and succeeds again', async () => {
    dynamoDb.fail(first(1, { kind: 'lose' }));
    const sameOrOlder = { expression: '#at <= :at', values: { at: 5 } };
    expect(await table.putIf({ id: 'lost#0', at: 5 }, sameOrOlder, never)).toMatchObject({
      replaced: { at: 5 },
    });
    expect(count('PutItem')).toBe(2);
  });
});

describe('a failure that passes is tried again', () => {
  const passing: [string, ReturnType<FaultOf>][] = [
    ['throttling', refusal('ThrottlingException')],
    ['a table that is too busy', refusal('ProvisionedThroughputExceededException')],
    ['a limit of the account', refusal('RequestLimitExceeded')],
    ['a fault of DynamoDB', refusal('InternalServerError', 500)],
    ['a connection that is closed', { kind: 'drop' }],
  ];
  test.each(passing)('%s', async (_, fault) => {
    dynamoDb.fail(first(2, fault));
    await table.put(items(['passing#0']), never);
    expect(count('BatchWriteItem')).toBe(3);
  });
});

describe('a table that does not do what it is asked is a MemoryError, two seconds later at most', () => {
  const condition = { expression: '#by = :by', values: { by: 'x' } };
  const operations: [string, (table: Table) => Promise<unknown>][] = [
    ['get', (one) => one.get(['a'], never)],
    ['put', (one) => one.put(items(['a']), never)],
    ['putIf', (one) => one.putIf({ id: 'a' }, condition, never)],
    ['update', (one) => one.update('a', { x: 1 }, condition, never)],
  ];
  const refused = (__type: string): ScriptedAnswer => ({ status: 400, body: { __type, message: 'no' } });
  const otherForm = { Responses: 7, UnprocessedItems: 7, Attributes: 7 };
  const faults: [string, ScriptedAnswer, RegExp][] = [
    ['it never answers', 'hang', /Timeout/],
    ['it throttles on and on', refused('ThrottlingException'), /ThrottlingException|Timeout/],
    ['it is not there', refused('ResourceNotFoundException'), /ResourceNotFoundException/],
    ['the function may not use it', refused('AccessDeniedException'), /AccessDeniedException/],
    ['it answers text', { status: 200, body: '<html>' }, /not JSON/],
    ['it answers another form', { status: 200, body: otherForm }, /another form/],
    ['it answers a list', { status: 200, body: [] }, /another form/],
  ];
  for (const [operation, act] of operations) {
    test.concurrent.each(faults)(`${operation}: %s`, async (_, fault, message) => {
      const api = await startScriptedApi([fault]);
      const broken = openTable({ name: TABLE, days: 15, aws: () => localAws(api.url) });
      const failure = await act(broken).catch((error: unknown) => error);
      await api.stop();
      expect(failure).toBeInstanceOf(MemoryError);
      expect(failure).toMatchObject({ code: 'MEMORY_UNAVAILABLE', message: expect.stringMatching(message) });
      expect(failure).toMatchObject({ message: expect.stringContaining(TABLE) });
    });
  }

  test('a hundred requests to a slow table fail with the first, not one after the other', async () => {
    dynamoDb.fail(() => ({ kind: 'delay', ms: 60_000 }));
    await expect(table.get(names('slow', 10_000), never)).rejects.toThrow(MemoryError);
    expect(dynamoDb.requests.length).toBeLessThanOrEqual(16);
  });

  test('an operation ends with the invocation', async () => {
    dynamoDb.fail(() => ({ kind: 'delay', ms: 60_000 }));
    const invocation = new AbortController();
    const answers = [
      table.get(names('slow', 10_000), invocation.signal),
      table.put(items(['a']), invocation.signal),
    ];
    invocation.abort();
    for (const answer of answers) await expect(answer).rejects.toThrow(MemoryError);
  });

  test('and when it answers again, it is used again', async () => {
    dynamoDb.fail(() => refusal('ResourceNotFoundException'));
    await expect(table.get(['back#0'], never)).rejects.toThrow(MemoryError);
    dynamoDb.reset();
    await table.put(items(['back#0']), never);
    expect((await table.get(['back#0'], never)).size).toBe(1);
  });
});

test('attributes of other types, which this version does not write, are left out', async () => {
  const Item = { id: { S: 'foreign#0' }, by: { S: 'x' }, list: { L: [] }, none: { NULL: true } };
  await dynamoDb.request('PutItem', { Item });
  expect((await table.get(['foreign#0'], never)).get('foreign#0')).toEqual({ id: 'foreign#0', by: 'x' });
});
