/** Decode: SQS records become events, or the reasons why they are none. Pure. */
import type { SQSRecord } from 'aws-lambda';
import type { EventName, Violation } from '../../events/index.ts';
import { parseEvent } from '../../events/index.ts';
import type { PlannedEvent } from './types.ts';

/** A record that is no event. */
export interface Undecodable {
  record: number;
  type?: string;
  violations: Violation[];
}

/** The records of a batch, decoded. Indexes are positions in the batch. */
export interface Decoded {
  events: PlannedEvent[];
  /** The type of each valid event by its record's index. */
  types: Map<number, EventName>;
  undecodable: Undecodable[];
}

/**
 * Decodes the records of a batch.
 * @param records as Lambda's SQS event source delivers them.
 * @param nowMs the current time, epoch milliseconds.
 */
export function decode(records: readonly SQSRecord[], nowMs: number): Decoded {
  const decoded: Decoded = { events: [], types: new Map(), undecodable: [] };
  for (const [record, { body, attributes }] of records.entries()) {
    const parsed = parseEvent(body);
    if (!parsed.ok) {
      const { type, violations } = parsed;
      decoded.undecodable.push({ record, violations, ...(type !== undefined && { type }) });
      continue;
    }
    const sentAtMs = Number(attributes.SentTimestamp);
    const { ask, timeMs = sentAtMs } = parsed.event;
    decoded.types.set(record, parsed.event.type);
    decoded.events.push({ record, ask, timeMs, sentAtMs, ageMs: nowMs - sentAtMs });
  }
  return decoded;
}
