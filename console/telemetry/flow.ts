/** The points of the charts, counted from log lines and looks at the queues. */
import type { FlowPoint, OutcomeCounts, Queues } from '../protocol.ts';

/** The points of the last half hour. */
export interface FlowLog {
  addBatch(batch: {
    at: number;
    records: number;
    calls: number;
    saved: number;
    outcomes: OutcomeCounts;
  }): void;
  addAge(at: number, oldestMs: number): void;
  addQueues(at: number, queues: Queues): void;
  /** The points at or after this time, the newest last. */
  pointsSince(at: number): FlowPoint[];
}

/** Milliseconds of one point. */
const STEP_MS = 10_000;
const MOST_POINTS = 180;

/** Returns a log without points. */
export function createFlowLog(): FlowLog {
  const points = new Map<number, FlowPoint>();
  /** The start of the newest point. */
  let newest = 0;

  function change(at: number, changed: (point: FlowPoint) => Partial<FlowPoint>): void {
    const start = Math.floor(at / STEP_MS) * STEP_MS;
    fillTo(start);
    const point = points.get(start) ?? emptyPoint(start);
    points.set(start, { ...point, ...changed(point) });
    for (const old of points.keys()) if (old <= start - MOST_POINTS * STEP_MS) points.delete(old);
  }

  /** Where no line came, nothing happened. */
  function fillTo(start: number): void {
    if (newest === 0) newest = start;
    const first = Math.max(newest, start - MOST_POINTS * STEP_MS) + STEP_MS;
    for (let at = first; at < start; at += STEP_MS) points.set(at, emptyPoint(at));
    newest = Math.max(newest, start);
  }

  return {
    addBatch: ({ at, records, calls, saved }) =>
      change(at, (point) => ({
        events: point.events + records,
        calls: point.calls + calls,
        saved: point.saved + saved,
      })),
    addAge: (at, oldestMs) => change(at, (point) => ({ oldestMs: Math.max(point.oldestMs ?? 0, oldestMs) })),
    addQueues: (at, { queued, inFlight, deadLetters }) =>
      change(at, () => ({ queued, inFlight, deadLetters })),
    pointsSince: (at) =>
      [...points.values()]
        .filter((point) => point.at > at - STEP_MS)
        .toSorted((one, other) => one.at - other.at),
  };
}

/** A point in which nothing happened, and nothing was measured. */
export function emptyPoint(at: number): FlowPoint {
  const unknown = { queued: null, inFlight: null, deadLetters: null, oldestMs: null };
  return { at, events: 0, calls: 0, saved: 0, ...unknown };
}
