/**
 * The memory's table: DynamoDB, spoken to directly. Its key is `id`. An item has an attribute `expires` (epoch
 * seconds), after which it counts as absent, although DynamoDB may take days to delete it.
 *
 * A request may be repeated after its answer was lost, so a write that succeeded must succeed again.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
 */
import * as v from 'valibot';
import type { AwsConfig } from '../runtime/environment.ts';
import { notList } from '../runtime/schema.ts';
import { attributesOf, type Item, itemSchema } from './attributes.ts';
import { getItems, putItems } from './batches.ts';
import { connectDynamoDb } from './dynamodb.ts';
import { ConditionFailed } from './errors.ts';

/** Where the table is. */
export interface TableOptions {
  name: string;
  /** Days after which an item expires. */
  days: number;
  /** Read before each attempt. */
  aws: () => AwsConfig;
}

/** What must hold for the item that stands: in the expression `#name` is an attribute, `:name` one of the values. */
export interface Condition {
  expression: string;
  values: Item;
}

/**
 * The table.
 * @throws MemoryError (from every operation) when the table does not answer within 2 seconds, repeats included,
 * refuses, or answers nonsense.
 */
export interface Table {
  /** The items with these ids, by id, strongly consistent. Absent and expired ones are left out. */
  get(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Item>>;
  /** Writes items, whatever stands. */
  put(items: readonly Item[], signal: AbortSignal): Promise<void>;
  /**
   * Writes an item where none stands, or where the condition holds for the one that does.
   * @returns the item that it replaced, if there was one; undefined where nothing was written.
   */
  putIf(
    item: Item,
    condition: Condition,
    signal: AbortSignal,
  ): Promise<{ replaced: Item | undefined } | undefined>;
  /**
   * Sets attributes of an item where the condition holds, and makes the item if there is none.
   * @returns whether it did.
   */
  update(id: string, set: Item, condition: Condition, signal: AbortSignal): Promise<boolean>;
}

const SECONDS_A_DAY = 86_400;
const NOTHING_STANDS = 'attribute_not_exists(#id) OR #expires < :now';
const writeAnswer = v.pipe(notList, v.object({ Attributes: v.optional(itemSchema) }));

/** Opens a table. Sends nothing yet. */
export function openTable({ name, days, aws }: TableOptions): Table {
  const dynamoDb = connectDynamoDb(name, aws);
  const withExpiry = (item: Item): Item => ({ ...item, expires: nowSeconds() + days * SECONDS_A_DAY });

  /** One conditional write. undefined: the condition does not hold. */
  async function write(operation: 'PutItem' | 'UpdateItem', body: object, signal: AbortSignal) {
    const request = { operation, body: { TableName: name, ...body }, answer: writeAnswer };
    try {
      return await dynamoDb.inTurn(signal, (time) => dynamoDb.send(request, time));
    } catch (error) {
      if (error instanceof ConditionFailed) return undefined;
      throw error;
    }
  }

  return {
    async get(ids, signal) {
      const now = nowSeconds();
      const items = await getItems(dynamoDb, name, ids, signal);
      const alive = items.filter(({ expires = now }) => Number(expires) >= now);
      return new Map(alive.map((item) => [String(item.id), item]));
    },
    put: (items, signal) => putItems(dynamoDb, name, items.map(withExpiry), signal),
    async putIf(item, { expression, values }, signal) {
      const texts = { ConditionExpression: `${NOTHING_STANDS} OR (${expression})` };
      const body = { Item: attributesOf(withExpiry(item)), ReturnValues: 'ALL_OLD' };
      const condition = expressions(texts, { ...values, now: nowSeconds() });
      const written = await write('PutItem', { ...body, ...condition }, signal);
      return written && { replaced: written.Attributes };
    },
    async update(id, set, { expression, values }, signal) {
      const attributes = withExpiry(set);
      const assignments = Object.keys(attributes).map((key) => `#${key} = :${key}`);
      const texts = { ConditionExpression: expression, UpdateExpression: `SET ${assignments.join(', ')}` };
      const body = { Key: attributesOf({ id }), ...expressions(texts, { ...values, ...attributes }) };
      return (await write('UpdateItem', body, signal)) !== undefined;
    },
  };
}

/** Expressions with their names, which are placeholders because many words are reserved, and their values. */
function expressions(texts: Readonly<Record<string, string>>, values: Item): object {
  const placeholders = Object.values(texts)
    .join(' ')
    .matchAll(/#(\w+)/g);
  return {
    ...texts,
    ExpressionAttributeNames: Object.fromEntries(placeholders),
    ExpressionAttributeValues: attributesOf(
      Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])),
    ),
  };
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
