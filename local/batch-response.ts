/** Reads a function's answer to a batch as Lambda reads it. */
import * as z from 'zod/mini';

const Response = z.nullish(
  z.looseObject({
    batchItemFailures: z.nullish(
      z.array(z.looseObject({ itemIdentifier: z.string().check(z.minLength(1)) })),
    ),
  }),
);

/**
 * The ids of the messages that failed. An answer that is empty, or without failures, means none.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 * @throws Error for an answer that makes the whole batch fail: another shape, an empty or unknown identifier.
 */
export function failedIds(response: unknown, messageIds: ReadonlySet<string>): Set<string> {
  const parsed = Response.safeParse(response);
  if (!parsed.success)
    throw new Error(`The function's answer is not a valid batch response: ${z.prettifyError(parsed.error)}`);
  const failed = new Set((parsed.data?.batchItemFailures ?? []).map((failure) => failure.itemIdentifier));
  const unknown = [...failed].find((id) => !messageIds.has(id));
  if (unknown !== undefined) {
    throw new Error(
      `The function reported "${unknown.slice(0, 64)}" as failed, which is not a message of the batch.`,
    );
  }
  return failed;
}
