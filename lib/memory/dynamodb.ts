/** Requests to DynamoDB: signed, few at once, bounded in time, their answers checked. */
import pLimit from 'p-limit';
import { safeParse } from 'valibot';
import { AwsError, awsRequest } from '../runtime/aws.ts';
import type { AwsConfig } from '../runtime/environment.ts';
import type { Schema } from '../runtime/schema.ts';
import { orAborted } from '../runtime/time-limit.ts';
import { ConditionFailed, MemoryError } from './errors.ts';

/** One request. */
export interface DynamoDbRequest<T> {
  operation: 'BatchGetItem' | 'BatchWriteItem' | 'PutItem' | 'UpdateItem';
  body: object;
  answer: Schema<T>;
}

/** Until when the requests of one piece of work may go on. */
export interface RequestTime {
  signal: AbortSignal;
  /** Epoch milliseconds. */
  deadlineMs: number;
}

/** A connection to DynamoDB. */
export interface DynamoDb {
  /**
   * Runs a piece of work when its turn comes: 16 run at once. Its requests have 2 seconds in all.
   * @throws MemoryError when the signal aborts before, and what the work throws.
   */
  inTurn<T>(signal: AbortSignal, work: (time: RequestTime) => Promise<T>): Promise<T>;
  /**
   * Sends a request, again while DynamoDB throttles or fails and time lasts. Resolves with the answer.
   * @throws MemoryError when there is no answer in time, a refusal, or an answer of another form; ConditionFailed.
   */
  send<T>(request: DynamoDbRequest<T>, time: RequestTime): Promise<T>;
}

/** An item takes a few milliseconds: who waits longer waits in vain, and an invocation has 60 seconds. */
const WORK_TIMEOUT_MS = 2000;
const CONCURRENCY = 16;

/**
 * Connects. Sends nothing yet.
 * @param table the table's name, for messages.
 * @param aws read before each attempt.
 */
export function connectDynamoDb(table: string, aws: () => AwsConfig): DynamoDb {
  const limit = pLimit(CONCURRENCY);
  const failure = (why: string): MemoryError =>
    new MemoryError(`The memory (DynamoDB table ${table}): ${why}`);
  return {
    async inTurn(signal, work) {
      try {
        const timed = async () => {
          signal.throwIfAborted();
          return await work({ signal, deadlineMs: Date.now() + WORK_TIMEOUT_MS });
        };
        return await orAborted(limit(timed), signal);
      } catch (error) {
        if (!signal.aborted || error instanceof MemoryError) throw error;
        throw signal.reason instanceof MemoryError ? signal.reason : failure('the time to work is over');
      }
    },
    async send({ operation, body, answer }, { signal, deadlineMs }) {
      const target = `DynamoDB_20120810.${operation}`;
      try {
        const request = {
          service: 'dynamodb',
          target,
          version: '1.0',
          body,
          aws,
          deadlineMs,
          signal,
        } as const;
        const parsed = safeParse(answer, await awsRequest(request));
        if (parsed.success) return parsed.output;
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        if (error.code === 'ConditionalCheckFailedException') throw new ConditionFailed();
        throw failure(`${operation} failed with ${error.message}`);
      }
      throw failure(`${operation} was answered in another form than DynamoDB documents`);
    },
  };
}
