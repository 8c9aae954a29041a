/** The body of a request becomes events, or everything that is wrong with it. Pure. */
import type { Adapter } from '../../events/adapters/index.ts';
import { parseJson } from '../../events/envelope.ts';
import { checkEvent, type Violation } from '../../events/index.ts';
import { isObject, isUnset } from '../../events/schema.ts';

/** The most events in one request. */
export const MOST_EVENTS = 500;
/** Deeper than any event. JSON that is deeper than the stack cannot be written again. */
const DEEPEST = 32;

/** A valid event of a request. */
export interface ReadEvent {
  /** As it goes into the queue. */
  event: unknown;
  type: string;
  /** JSON pointer of the event in the body. */
  pointer: string;
}

/** What a body holds; `ignored` counts the messages that ask for nothing. */
export type BodyRead =
  | { ok: true; events: ReadEvent[]; ignored: number }
  | { ok: false; violations: readonly Violation[] };

/** How a body is read. */
export interface ReadOptions {
  /** Reads another system's message. Undefined: the body is an event, or an array of events. */
  adapt?: Adapter | undefined;
  /** The time of events that have none, epoch milliseconds: a request that is sent again changes nothing. */
  signedAtMs?: number | undefined;
}

/** Reads a body. */
export function readBody(text: string, { adapt, signedAtMs }: ReadOptions): BodyRead {
  const json = parseJson(text);
  if (!json.ok) return refuse(json.reason);
  if (isTooDeep(json.value, DEEPEST)) return refuse(`is nested deeper than ${DEEPEST} levels`);
  const read = adapt === undefined ? readEvents(json.value) : readMessage(json.value, adapt);
  if (!read.ok || signedAtMs === undefined) return read;
  return { ...read, events: read.events.map((one) => ({ ...one, event: withTime(one.event, signedAtMs) })) };
}

function readEvents(value: unknown): BodyRead {
  const isArray = Array.isArray(value);
  const events: unknown[] = isArray ? value : [value];
  if (events.length === 0 || events.length > MOST_EVENTS) return tooMany();
  const all = events.map((event, index) => readEvent(event, isArray ? `/${index}` : ''));
  const violations = all.flatMap((read) => (read.ok ? [] : read.violations));
  if (violations.length > 0) return { ok: false, violations };
  return { ok: true, events: all.flatMap((read) => (read.ok ? read.events : [])), ignored: 0 };
}

function readEvent(event: unknown, pointer: string): BodyRead {
  const parsed = checkEvent(event);
  if (parsed.ok) return { ok: true, events: [{ event, type: parsed.event.type, pointer }], ignored: 0 };
  const violations = parsed.violations.map((violation) => ({
    ...violation,
    pointer: pointer + violation.pointer,
  }));
  return { ok: false, violations };
}

/** An adapter returns valid events, and violations that point into the message. */
function readMessage(value: unknown, adapt: Adapter): BodyRead {
  const adapted = adapt(value);
  if (!adapted.ok) return adapted;
  const { events, ignored } = adapted;
  if (events.length > MOST_EVENTS) return tooMany();
  return { ok: true, events: events.map((event) => ({ event, type: event.type, pointer: '' })), ignored };
}

function tooMany(): BodyRead {
  return refuse(`must be one event, or an array of 1 to ${MOST_EVENTS}`);
}

function refuse(reason: string): BodyRead {
  return { ok: false, violations: [{ pointer: '', reason }] };
}

/** An SNS notification has a time of its own, which counts for the event in it. */
function withTime(event: unknown, timeMs: number): unknown {
  if (!isObject(event) || !isUnset(event.time) || event.Type === 'Notification') return event;
  return { ...event, time: new Date(timeMs).toISOString() };
}

function isTooDeep(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isTooDeep(member, levels - 1));
}
