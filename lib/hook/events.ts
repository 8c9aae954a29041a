/** The body of a request becomes events, or everything that is wrong with it. Pure. */
import type { Adapter } from '../../events/adapters/index.ts';
import { parseJson } from '../../events/envelope.ts';
import { checkEvent, type Violation } from '../../events/index.ts';

/** One request holds so many events at most. */
const MOST_EVENTS = 500;
/** Deeper than any event; JSON deeper than the stack cannot be written again. */
const DEEPEST = 32;

/** What a body holds; `ignored` counts the messages that ask for nothing. */
export type BodyRead =
  | { ok: true; events: unknown[]; ignored: number }
  | { ok: false; violations: Violation[] };

/**
 * Reads a body: one event or an array of them, or another system's message.
 * @param adapt reads the other system's message.
 * @param signedAtMs the time of events that name none, so that a request that is sent again changes nothing.
 */
export function readBody(text: string, adapt?: Adapter, signedAtMs?: number): BodyRead {
  const json = parseJson(text);
  if (!json.ok) return refuse(json.reason);
  if (isTooDeep(json.value, DEEPEST)) return refuse(`is nested deeper than ${DEEPEST} levels`);
  const adapted = adapt?.(json.value);
  if (adapted?.ok === false) return adapted;
  const isArray = adapted === undefined && Array.isArray(json.value);
  const events: unknown[] = adapted?.events ?? (Array.isArray(json.value) ? json.value : [json.value]);
  if ((isArray && events.length === 0) || events.length > MOST_EVENTS)
    return refuse(`must be one event, or an array of 1 to ${MOST_EVENTS}`);
  const violations = events.flatMap((event, index) => {
    const parsed = checkEvent(event);
    if (parsed.ok) return [];
    const base = isArray ? `/${index}` : '';
    return parsed.violations.map(({ pointer, reason }) => ({ pointer: base + pointer, reason }));
  });
  if (violations.length > 0) return { ok: false, violations };
  return {
    ok: true,
    events: events.map((event) => withTime(event, signedAtMs)),
    ignored: adapted?.ignored ?? 0,
  };
}

function refuse(reason: string): BodyRead {
  return { ok: false, violations: [{ pointer: '', reason }] };
}

/** An SNS notification carries its event in a string, and keeps it. */
function withTime(event: unknown, timeMs: number | undefined): unknown {
  if (timeMs === undefined || typeof event !== 'object' || event === null) return event;
  if ('time' in event || ('Type' in event && event.Type === 'Notification')) return event;
  return { ...event, time: new Date(timeMs).toISOString() };
}

function isTooDeep(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isTooDeep(member, levels - 1));
}
