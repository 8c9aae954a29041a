/**
 * Envelopes: what a transport wraps around an event. A CloudEvents 1.0 structured event is a plain event
 * already; EventBridge events and SNS notifications are unwrapped. Members of an object are looked at, never
 * trusted: what comes out is checked by the caller.
 */

/** The members of an event before they are checked, and where they stand in the body as it was sent. */
export interface Unwrapped {
  members: Readonly<Record<string, unknown>>;
  /** JSON pointer of the event in the body: empty but for an SNS notification. */
  base: string;
  /** What the members are called in the body as it was sent. */
  typeName: 'type' | 'detail-type';
  dataName: 'data' | 'detail';
}

/** Why there is nothing to unwrap: where (JSON pointer), and the reason. */
export interface WrapProblem {
  pointer: string;
  reason: string;
}

/** SNS notifications may be nested (a topic that forwards); deeper than this is no honest message. */
const DEEPEST = 3;

/**
 * Unwraps a parsed body.
 * @see https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */
export function unwrap(body: unknown, base = '', depth = 0): Unwrapped | WrapProblem {
  if (!isObject(body)) return { pointer: base, reason: `must be a JSON object, not ${kindOf(body)}` };
  if (body.Type === 'Notification' && typeof body.Message === 'string') {
    const pointer = `${base}/Message`;
    if (depth === DEEPEST) return { pointer, reason: 'is wrapped too many times' };
    const inner = parseJson(body.Message);
    return inner.ok ? unwrap(inner.value, pointer, depth + 1) : { pointer, reason: inner.reason };
  }
  if (typeof body['detail-type'] === 'string' && body.type === undefined) {
    return { members: body, base, typeName: 'detail-type', dataName: 'detail' };
  }
  return { members: body, base, typeName: 'type', dataName: 'data' };
}

/** Parses JSON text; the reason never repeats the text. */
export function parseJson(text: string): { ok: true; value: unknown } | { ok: false; reason: string } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, reason: text.trim() === '' ? 'is empty' : 'is not JSON' };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
