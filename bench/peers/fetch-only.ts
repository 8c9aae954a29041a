/** The least that a function can be: it calls `fetch`, once, for the first record. */
import type { SQSEvent } from 'aws-lambda';

export async function handler({ Records: [record] }: SQSEvent): Promise<object> {
  const { data } = JSON.parse(record?.body ?? '{}');
  await fetch(`${process.env.SESSIONS_API_URL}/v1/session/${data.session_id}`, {
    method: 'DELETE',
    headers: { authorization: `token ${process.env.SESSIONS_API_KEY}` },
  });
  return { batchItemFailures: [] };
}
