/** The parser: the one place where a message becomes an event. */
import type { Ask } from './ask.ts';
import type { Around, Unwrapped } from './envelope.ts';
import { parseJson, unwrap } from './envelope.ts';
import { attributes } from './fields.ts';
import type { EventName } from './registry.ts';
import { eventTypes } from './registry.ts';
import type { Infer, Violation } from './schema.ts';
import { isUnset, object } from './schema.ts';
import { DATE_TIME, epochMs } from './time.ts';

export type { EventName } from './registry.ts';
export type { Violation } from './schema.ts';

/** A valid event. */
export interface GameEvent {
  type: EventName;
  /** The event's own id, else that of the innermost envelope that has one. */
  id?: string;
  /** When it happened, epoch milliseconds: the event's `time`, else that of the innermost envelope that has one. */
  timeMs?: number;
  source?: string;
  ask: Ask;
}

/**
 * A message, read: an event, or everything that is wrong with it (at most ten violations). `isForeign`: it came
 * through an SNS topic and is clearly the message of another system that uses the topic.
 */
export type Parsed =
  | { ok: true; event: GameEvent }
  | { ok: false; type?: string; isForeign?: true; violations: Violation[] };

const MOST_VIOLATIONS = 10;
const SHOWN_CHARACTERS = 64;
const ownAttributes = object(attributes);

/** Reads the body of a message. Never throws. */
export function parseEvent(body: string): Parsed {
  const json = parseJson(body);
  return json.ok ? checkEvent(json.value) : refused([{ pointer: '', reason: json.reason }]);
}

/** Checks a parsed body. Never throws for a value that came from JSON. */
export function checkEvent(value: unknown): Parsed {
  const unwrapped = unwrap(value);
  if ('reason' in unwrapped) return refused([unwrapped]);
  const { members, data, pointer, typeName, dataName, around } = unwrapped;
  const name = members[typeName];
  const eventType = typeof name === 'string' ? eventTypes.get(name) : undefined;
  if (eventType === undefined) return unknownType(unwrapped);
  const asked = eventType.read(data);
  if (ownAttributes.accepts(members) && 'kind' in asked) {
    return { ok: true, event: eventOf(eventType.type, asked, members, around) };
  }
  const wrong = ownAttributes.check(members).map((violation) => below(pointer, violation));
  const wrongData =
    'kind' in asked ? [] : asked.map((violation) => below(`${pointer}/${dataName}`, violation));
  return refused([...wrong, ...wrongData], eventType.type);
}

function eventOf(type: EventName, ask: Ask, own: Infer<typeof ownAttributes>, around: Around): GameEvent {
  const event: GameEvent = { type, ask };
  const id = own.id ?? around.id;
  if (typeof id === 'string') event.id = id;
  const timeMs = isUnset(own.time) ? timeAround(around) : epochMs(own.time);
  // The zero times of Go and C# (year 1) and of Unix: the sender has none.
  if (timeMs !== undefined && timeMs > 0) event.timeMs = timeMs;
  if (!isUnset(own.source)) event.source = own.source;
  return event;
}

function timeAround({ time }: Around): number | undefined {
  return typeof time === 'string' && DATE_TIME.test(time) ? epochMs(time) : undefined;
}

function below(base: string, { pointer, reason }: Violation): Violation {
  return { pointer: base + pointer, reason };
}

function unknownType(unwrapped: Unwrapped): Parsed {
  const { members, pointer, typeName } = unwrapped;
  const type = members[typeName];
  const violation = { pointer: `${pointer}/${typeName}`, reason: typeProblem(type) };
  return { ...refused([violation], type), ...(isForeign(unwrapped) && { isForeign: true }) };
}

/** Through a shared topic: an event of an AWS service, or what has neither a type nor data. */
function isForeign({ members, data, typeName, around }: Unwrapped): boolean {
  if (!around.isTopic) return false;
  if (typeName === 'detail-type')
    return typeof members.source === 'string' && members.source.startsWith('aws.');
  return isUnset(members.type) && isUnset(data);
}

function typeProblem(type: unknown): string {
  const known = `must be one of ${[...eventTypes.keys()].join(', ')}`;
  if (isUnset(type)) return `is missing; it ${known}`;
  return typeof type === 'string' ? `is ${JSON.stringify(shown(type))}; it ${known}` : known;
}

function refused(violations: Violation[], type?: unknown): Parsed & { ok: false } {
  const first = violations.slice(0, MOST_VIOLATIONS);
  return { ok: false, violations: first, ...(typeof type === 'string' && { type: shown(type) }) };
}

function shown(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
