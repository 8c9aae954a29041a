/**
 * Envelopes: what a transport wraps around an event. EventBridge events and SNS notifications are opened, in any
 * nesting; a CloudEvents 1.0 structured event is a plain event already. What is found here is unchecked.
 */

import { isObject, isUnset } from './schema.ts';

/** The members of a JSON object. */
export type Members = Readonly<Record<string, unknown>>;

/** An event before it is checked, and where it stands in the body as it was sent. */
export interface Unwrapped {
  members: Members;
  /** The data; JSON text is parsed already. */
  data: unknown;
  /** JSON pointer of the event. It goes through JSON text as if the text were what it holds. */
  pointer: string;
  /** What its members are called in the body as it was sent. */
  typeName: 'type' | 'detail-type';
  dataName: 'data' | 'detail';
  around: Around;
}

/** What the envelopes around an event say. */
export interface Around {
  depth: number;
  /** Whether one of them is an SNS notification: other systems may publish to the same topic. */
  isTopic: boolean;
  /** Of the innermost envelope that has one. */
  id?: unknown;
  time?: unknown;
}

/** Why there is nothing to unwrap: where (JSON pointer), and the reason. */
export interface WrapProblem {
  pointer: string;
  reason: string;
}

/** An event may stand in this many envelopes: EventBridge to SNS to SNS, for example. */
const DEEPEST = 3;
const OUTSIDE: Around = { depth: 0, isTopic: false };
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Unwraps a parsed body.
 * @see https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */
export function unwrap(body: unknown, pointer = '', around = OUTSIDE): Unwrapped | WrapProblem {
  if (!isObject(body)) return { pointer, reason: `must be a JSON object, not ${kindOf(body)}` };
  if (isNotification(body)) {
    const { MessageId: id, Timestamp: time } = body;
    return openText(body.Message, `${pointer}/Message`, inside(around, { id, time, isTopic: true }));
  }
  if (!isBridgeEvent(body)) return eventIn(body, 'type', 'data', pointer, around);
  const { id, time } = body;
  const detail = contentOf(body.detail);
  if (!isEvent(detail)) return eventIn(body, 'detail-type', 'detail', pointer, around);
  return open(detail, `${pointer}/detail`, inside(around, { id, time }));
}

/** Parses JSON text, without the byte order mark that may stand before it. The reason never repeats the text. */
export function parseJson(text: string): { ok: true; value: unknown } | { ok: false; reason: string } {
  try {
    return { ok: true, value: JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text) };
  } catch {
    return { ok: false, reason: text.trim() === '' ? 'is empty' : 'is not JSON' };
  }
}

function inside(around: Around, { id, time, isTopic }: Partial<Around>): Around {
  return {
    depth: around.depth + 1,
    isTopic: around.isTopic || isTopic === true,
    id: id ?? around.id,
    time: time ?? around.time,
  };
}

function open(content: unknown, pointer: string, around: Around): Unwrapped | WrapProblem {
  if (around.depth > DEEPEST) return { pointer, reason: `is in more than ${DEEPEST} envelopes` };
  return unwrap(content, pointer, around);
}

function openText(text: string, pointer: string, around: Around): Unwrapped | WrapProblem {
  const json = parseJson(text);
  return json.ok ? open(json.value, pointer, around) : { pointer, reason: json.reason };
}

/** What JSON text holds; anything else as it is. */
export function contentOf(value: unknown): unknown {
  const json = typeof value === 'string' ? parseJson(value) : undefined;
  return json?.ok ? json.value : value;
}

function eventIn(
  members: Members,
  typeName: Unwrapped['typeName'],
  dataName: Unwrapped['dataName'],
  pointer: string,
  around: Around,
): Unwrapped | WrapProblem {
  const data = members[dataName];
  if (typeof data !== 'string') return { members, data, pointer, typeName, dataName, around };
  const json = parseJson(data);
  if (json.ok) return { members, data: json.value, pointer, typeName, dataName, around };
  return { pointer: `${pointer}/${dataName}`, reason: `must be an object; the text ${json.reason}` };
}

function isNotification(body: Members): body is Members & { Message: string } {
  return body.Type === 'Notification' && typeof body.Message === 'string';
}

function isBridgeEvent(body: Members): boolean {
  return typeof body['detail-type'] === 'string' && isUnset(body.type);
}

/** Whether the `detail` of an EventBridge event says that it is an event or an envelope, and not the data of one. */
function isEvent(detail: unknown): boolean {
  if (!isObject(detail)) return false;
  const isPlain = typeof detail.type === 'string' && !isUnset(detail.data);
  return isPlain || typeof detail.specversion === 'string' || isBridgeEvent(detail) || isNotification(detail);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
