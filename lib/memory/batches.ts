/** Many items of a table at once, in as few requests as DynamoDB allows. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { chunks } from '../runtime/lists.ts';
import { notList } from '../runtime/schema.ts';
import { attributesOf, type Item, itemSchema } from './attributes.ts';
import type { DynamoDb, RequestTime } from './dynamodb.ts';
import { MemoryError } from './errors.ts';

/** Limits of DynamoDB for one BatchGetItem and one BatchWriteItem. */
const MOST_KEYS = 100;
const MOST_PUTS = 25;
const FIRST_BACK_OFF_MS = 25;

const part = v.record(v.string(), v.unknown());
const getAnswer = v.object({
  Responses: v.record(v.string(), v.array(itemSchema)),
  UnprocessedKeys: v.nullish(v.record(v.string(), v.object({ Keys: v.array(part) }))),
});
const putAnswer = v.pipe(
  notList,
  v.object({ UnprocessedItems: v.nullish(v.record(v.string(), v.array(part))) }),
);

/**
 * Reads items by `BatchGetItem`, a hundred a request, strongly consistent.
 * @returns those that are there, in any order, expired ones too.
 */
export async function getItems(
  dynamoDb: DynamoDb,
  table: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Item[]> {
  const items: Item[] = [];
  const keys = [...new Set(ids)].map((id) => attributesOf({ id }));
  await inBatches<object>(dynamoDb, keys, MOST_KEYS, signal, async (Keys, time) => {
    const body = { RequestItems: { [table]: { Keys, ConsistentRead: true } } };
    const answer = await dynamoDb.send({ operation: 'BatchGetItem', body, answer: getAnswer }, time);
    items.push(...(answer.Responses[table] ?? []));
    return answer.UnprocessedKeys?.[table]?.Keys ?? [];
  });
  return items;
}

/** Writes items by `BatchWriteItem`, 25 a request. Of items with one id the last is written. */
export async function putItems(
  dynamoDb: DynamoDb,
  table: string,
  items: readonly Item[],
  signal: AbortSignal,
): Promise<void> {
  const distinct = new Map(items.map((item) => [item.id, item]));
  const puts = [...distinct.values()].map((item) => ({ PutRequest: { Item: attributesOf(item) } }));
  await inBatches<object>(dynamoDb, puts, MOST_PUTS, signal, async (requests, time) => {
    const body = { RequestItems: { [table]: requests } };
    const answer = await dynamoDb.send({ operation: 'BatchWriteItem', body, answer: putAnswer }, time);
    return answer.UnprocessedItems?.[table] ?? [];
  });
}

/** Sends parts in batches, side by side. The first batch that fails ends the others. */
async function inBatches<T>(
  dynamoDb: DynamoDb,
  parts: readonly T[],
  size: number,
  signal: AbortSignal,
  send: (parts: readonly T[], time: RequestTime) => Promise<readonly T[]>,
): Promise<void> {
  const failFast = untilFailure(signal);
  const batches = chunks(parts, size).map((batch) =>
    failFast((stopping) => dynamoDb.inTurn(stopping, (time) => untilProcessed(batch, time, send))),
  );
  await Promise.all(batches);
}

/**
 * DynamoDB may process some parts of a batch and return the others: they are sent again.
 * @throws MemoryError when some are left at the deadline; the signal's reason when it aborts.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html#Programming.Errors.BatchOperations
 */
async function untilProcessed<T>(
  parts: readonly T[],
  time: RequestTime,
  send: (parts: readonly T[], time: RequestTime) => Promise<readonly T[]>,
): Promise<void> {
  let left = await send(parts, time);
  for (let tries = 1; left.length > 0; tries += 1) {
    const waitMs = Math.random() * FIRST_BACK_OFF_MS * 2 ** tries;
    if (Date.now() + waitMs >= time.deadlineMs)
      throw new MemoryError(`The memory left ${left.length} of ${parts.length} items of a batch unprocessed`);
    await sleep(waitMs, undefined, { signal: time.signal });
    left = await send(left, time);
  }
}

/** Runs pieces of work under one signal, which aborts when `signal` does, and with the first failure among them. */
export function untilFailure(signal: AbortSignal) {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  return async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await work(either);
    } catch (error) {
      stop.abort(error);
      throw error;
    }
  };
}
