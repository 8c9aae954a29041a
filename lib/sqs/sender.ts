/** Who sent an event, as the hook verified it: a message attribute, so that it stays out of the event. */
import type { SQSRecord } from 'aws-lambda';
import type { MessageAttributes } from './send.ts';

const SENDER = 'SENDER';
const LONGEST_NAME = 128;
/** SQS refuses control characters and empty values. */
const UNPRINTABLE = /[^\x20-\x7e]/g;

/** The attributes of a message whose sender has this name; none without a name. */
export function senderAttributes(name: string | undefined): MessageAttributes {
  const value = name?.replace(UNPRINTABLE, '?').slice(0, LONGEST_NAME);
  return value ? { [SENDER]: { DataType: 'String', StringValue: value } } : {};
}

/** The name of the sender of a record; undefined where the hook did not name one. */
export function senderOf({ messageAttributes }: Pick<SQSRecord, 'messageAttributes'>): string | undefined {
  return messageAttributes[SENDER]?.stringValue?.slice(0, LONGEST_NAME);
}
