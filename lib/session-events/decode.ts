/** Decode: SQS records become events, or the reasons why they are invalid. Pure. */
import type { SQSRecord } from 'aws-lambda';
import type { GameEvent, Parsed, Violation } from '../../events/index.ts';
import { parseEvent } from '../../events/index.ts';
import type { PlannedEvent } from './types.ts';

/** A record that is not a valid event. */
export interface Undecodable {
  record: number;
  violations: Violation[];
  /** It is clearly the message of another system that uses the same topic. */
  isForeign?: true;
}

/** The records of a batch, decoded. Indexes are positions in the batch. */
export interface Decoded {
  events: PlannedEvent[];
  undecodable: Undecodable[];
}

/**
 * Decodes the records of a batch.
 * @param records as Lambda's SQS event source delivers them.
 * @param nowMs the current time, epoch milliseconds.
 */
export function decode(records: readonly SQSRecord[], nowMs: number): Decoded {
  const decoded: Decoded = { events: [], undecodable: [] };
  for (const [record, sqsRecord] of records.entries()) {
    const parsed = parseEvent(sqsRecord.body);
    if (parsed.ok) decoded.events.push(plannedEvent(record, sqsRecord, parsed.event, nowMs));
    else decoded.undecodable.push(undecodable(record, parsed));
  }
  return decoded;
}

function undecodable(record: number, { violations, isForeign }: Parsed & { ok: false }): Undecodable {
  return { record, violations, ...(isForeign && { isForeign }) };
}

function plannedEvent(
  record: number,
  { attributes, messageId }: SQSRecord,
  event: GameEvent,
  nowMs: number,
): PlannedEvent {
  const { ask, type, id = messageId } = event;
  const sentAtMs = Number(attributes.SentTimestamp) || nowMs;
  // A sender's clock that is ahead must not put its events after those that really come later.
  const timeMs = Math.min(event.timeMs ?? sentAtMs, sentAtMs);
  return {
    record,
    ask,
    type,
    event: id,
    timeMs,
    sentAtMs,
    ageMs: nowMs - sentAtMs,
    receiveCount: receiveCountOf(attributes),
    firstReceivedAtMs: Number(attributes.ApproximateFirstReceiveTimestamp) || nowMs,
  };
}

/** SQS's `ApproximateReceiveCount`, from 1. */
export function receiveCountOf(attributes: SQSRecord['attributes']): number {
  return Number(attributes.ApproximateReceiveCount) || 1;
}
