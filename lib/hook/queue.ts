/** From the body of a verified request to the queue. */
import { logError } from '../runtime/log.ts';
import { MESSAGE_BYTES } from '../sqs/batches.ts';
import type { Published, PublishFailure } from '../sqs/publish.ts';
import { jsonText } from '../sqs/send.ts';
import type { Outcome } from './answers.ts';
import { accepted, forbidden, invalid, queueUnavailable, refused, tooLarge } from './answers.ts';
import type { ReadEvent, ReadOptions } from './events.ts';
import { readBody } from './events.ts';
import type { HookRequest } from './request.ts';
import { textOf } from './request.ts';
import type { SigningSecret } from './secrets.ts';

/**
 * Puts events into the queue; never rejects for an error of SQS.
 * @param sender the name of the secret that signed them
 */
export type Publish = (events: readonly unknown[], sender: string | undefined) => Promise<Published>;

/** What is known about a request once its sender is verified. */
export interface Sender extends ReadOptions {
  /** Undefined: no secret signed it, and every event type may be sent. */
  secret?: SigningSecret;
}

/** Reads the events of a body, and puts all of them into the queue, or none. */
export async function queueEvents(
  { body }: Pick<HookRequest, 'body'>,
  { secret, ...how }: Sender,
  publish: Publish,
): Promise<Outcome> {
  const text = textOf(body);
  if (text === undefined) return invalid([{ pointer: '', reason: 'is not UTF-8' }]);
  const read = readBody(text, how);
  if (!read.ok) return invalid(read.violations);
  const { events, ignored } = read;
  const refusal = notAllowed(events, secret) ?? notFitting(events);
  if (refusal !== undefined) return refusal;
  const { sent, messageIds, failed } = await publish(
    events.map(({ event }) => event),
    secret?.name,
  );
  if (failed.length > 0) return notQueued(events, failed, sent);
  return accepted(
    messageIds.filter((id) => id !== undefined),
    ignored,
  );
}

/** The refusal of events whose type the secret may not send. */
function notAllowed(events: readonly ReadEvent[], secret: SigningSecret | undefined): Outcome | undefined {
  const refused = events.filter(({ type }) => secret?.types?.has(type) === false);
  if (refused.length === 0) return undefined;
  return forbidden(refused.map(({ pointer, type }) => ({ pointer, reason: `must not be ${type}` })));
}

/** The refusal of events that are larger in the queue than they were in the request. */
function notFitting(events: readonly ReadEvent[]): Outcome | undefined {
  const refused = events.filter(({ event }) => Buffer.byteLength(jsonText(event)) > MESSAGE_BYTES);
  if (refused.length === 0) return undefined;
  return tooLarge(
    MESSAGE_BYTES,
    refused.map(({ pointer }) => ({ pointer, reason: `must have at most ${MESSAGE_BYTES} bytes` })),
  );
}

/** Where SQS refused events for good only, sending them again would not help. */
function notQueued(events: readonly ReadEvent[], failed: readonly PublishFailure[], sent: number): Outcome {
  const [first] = failed;
  logError('events were not queued', { code: first?.code, events: failed.length, reason: first?.message });
  if (failed.some(({ senderFault }) => !senderFault)) return queueUnavailable(sent);
  const violations = failed.map(({ index, message }) => ({
    pointer: events[index]?.pointer ?? '',
    reason: `is refused by the queue: ${message}`,
  }));
  return refused(violations, sent);
}
