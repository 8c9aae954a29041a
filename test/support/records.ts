/** SQS records as Lambda's event source delivers them. */
import type { SQSEvent, SQSRecord } from 'aws-lambda';

/** A record; `overrides` of its attributes are strings, as on the wire. */
export function sqsRecord(
  body: unknown,
  messageId: string,
  attributes: Partial<SQSRecord['attributes']> = {},
): SQSRecord {
  const now = String(Date.now());
  return {
    messageId,
    receiptHandle: `receipt-${messageId}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: now,
      SenderId: 'test',
      ApproximateFirstReceiveTimestamp: now,
      ...attributes,
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:events',
    awsRegion: 'us-east-1',
  };
}

/** An event of these bodies; message ids are `m0`, `m1`, … */
export function sqsEvent(bodies: readonly unknown[]): SQSEvent {
  return { Records: bodies.map((body, index) => sqsRecord(body, `m${index}`)) };
}
