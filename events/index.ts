/** The registry of event types, and the one place where a message becomes an event. */
import type { Ask } from './ask.ts';
import { deploymentStopped } from './deployment-stopped.ts';
import type { Unwrapped } from './envelope.ts';
import { parseJson, unwrap } from './envelope.ts';
import { matchEnded } from './match-ended.ts';
import { tagRetired } from './tag-retired.ts';
import type { EventType } from './types.ts';
import { userJoined } from './user-joined.ts';
import { userLeft } from './user-left.ts';

/** Every event type by its name. */
export const eventTypes = {
  'match.ended': matchEnded,
  'user.left': userLeft,
  'user.joined': userJoined,
  'deployment.stopped': deploymentStopped,
  'tag.retired': tagRetired,
} as const;

/** The name of an event type. */
export type EventName = keyof typeof eventTypes;

/** A valid event. */
export interface GameEvent {
  type: EventName;
  id?: string;
  /** When it happened, epoch milliseconds. */
  timeMs?: number;
  source?: string;
  ask: Ask;
}

/** What is wrong with a message: where (JSON pointer into the body as sent, empty for the body itself), and why. */
export interface Violation {
  pointer: string;
  reason: string;
}

/** A message, read: an event, or everything that is wrong with it (at most ten violations). */
export type Parsed = { ok: true; event: GameEvent } | { ok: false; type?: string; violations: Violation[] };

const MOST_VIOLATIONS = 10;
const SHOWN_CHARACTERS = 64;
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** Reads the body of a message. Never throws. */
export function parseEvent(body: string): Parsed {
  const json = parseJson(body);
  return json.ok ? checkEvent(json.value) : refused([{ pointer: '', reason: json.reason }]);
}

/** Checks a parsed body. Never throws for a value that came from JSON. */
export function checkEvent(value: unknown): Parsed {
  const unwrapped = unwrap(value);
  if ('reason' in unwrapped) return refused([unwrapped]);
  const { members, base, typeName, dataName } = unwrapped;
  const type = members[typeName];
  if (!isEventName(type))
    return refused([{ pointer: `${base}/${typeName}`, reason: typeProblem(type) }], type);
  const violations: Violation[] = [];
  const { id, timeMs, source } = attributesOf(unwrapped, violations);
  const ask = askOf(eventTypes[type], members[dataName], `${base}/${dataName}`, violations);
  if (ask === undefined || violations.length > 0) return refused(violations, type);
  const event = {
    type,
    ask,
    ...(id !== undefined && { id }),
    ...(timeMs !== undefined && { timeMs }),
    ...(source !== undefined && { source }),
  };
  return { ok: true, event };
}

function attributesOf({ members, base }: Unwrapped, violations: Violation[]) {
  const text = (name: 'id' | 'source'): string | undefined => {
    const value = members[name];
    if (value === undefined || typeof value === 'string') return value;
    violations.push({ pointer: `${base}/${name}`, reason: 'must be a string' });
    return undefined;
  };
  const time = members.time;
  const timeMs = typeof time === 'string' && RFC_3339.test(time) ? Date.parse(time) : Number.NaN;
  const hasTime = time !== undefined;
  if (hasTime && Number.isNaN(timeMs)) {
    const reason = 'must be an RFC 3339 time, such as 2026-01-31T20:15:00Z';
    violations.push({ pointer: `${base}/time`, reason });
  }
  return { id: text('id'), source: text('source'), timeMs: hasTime ? timeMs : undefined };
}

/** What the data asks for, or undefined with its violations added. */
function askOf(
  { read }: EventType,
  data: unknown,
  pointer: string,
  violations: Violation[],
): Ask | undefined {
  if (data === undefined) {
    violations.push({ pointer, reason: 'is missing' });
    return undefined;
  }
  const result = read(data);
  if ('ask' in result) return result.ask;
  for (const { path, message } of result.issues) {
    const steps = path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`);
    violations.push({ pointer: pointer + steps.join(''), reason: message });
  }
  return undefined;
}

function typeProblem(type: unknown): string {
  const known = `must be one of ${Object.keys(eventTypes).join(', ')}`;
  if (type === undefined) return `is missing; it ${known}`;
  return typeof type === 'string' ? `is ${JSON.stringify(shown(type))}; it ${known}` : known;
}

function isEventName(type: unknown): type is EventName {
  return typeof type === 'string' && Object.hasOwn(eventTypes, type);
}

function refused(violations: Violation[], type?: unknown): Parsed {
  const first = violations.slice(0, MOST_VIOLATIONS);
  return { ok: false, violations: first, ...(typeof type === 'string' && { type: shown(type) }) };
}

function shown(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
