/** What the server sends to open pages as it happens. Nothing is read while no page is open. */
import { setInterval } from 'node:timers/promises';
import type { Progress, StreamMessages } from './protocol.ts';
import { readQueues } from './queues.ts';
import { createReading } from './reading.ts';
import type { ConsoleSource } from './source.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

/** Sends one message to a page. */
export type Send = <Name extends keyof StreamMessages>(name: Name, message: StreamMessages[Name]) => void;

/** The live part of a console. */
export interface Live {
  /** Sends everything to a page now, then what changes. Returns what ends it. */
  open(send: Send): () => void;
  /** Shows how far something is. It is over when `done` reaches `total`. */
  progress(progress: Progress): void;
  stop(): void;
}

/** What a page has already. */
interface Had {
  /** The version of the batches. */
  batches: number;
  /** The time of the newest run of the sweep. */
  sweeps: number;
  /** The time of the newest point. */
  points: number;
}

const TICK_MS = 1000;
/** Metrics are a minute old anyway, and each look at them costs money. */
const METRICS_MS = 60_000;

/** Returns the live part of a console. It reads nothing until a page is open. */
export function createLive(source: ConsoleSource, telemetry: Telemetry): Live {
  const { batches, flow } = telemetry;
  const pages = new Map<Send, Had>();
  const stopping = new AbortController();
  const underWay = new Map<Progress['what'], Progress>();
  const { readPoints } = source;
  const metrics = readPoints && createReading(METRICS_MS, readPoints);
  const queues = createReading(source.pollMs, async () => {
    const read = await readQueues(source);
    flow.addQueues(Date.now(), read);
    return read;
  });
  let isTicking = false;

  const renew = async (): Promise<void> => {
    await Promise.all([queues.renew(), metrics?.renew()]);
  };

  /** Sends a page what it does not have. */
  function tell(send: Send): void {
    const had = pages.get(send);
    if (had === undefined) return;
    const points = metrics === undefined ? flow.pointsSince(had.points) : (metrics.value() ?? []);
    const problem = queues.problem() ?? metrics?.problem() ?? null;
    const version = batches.version();
    const sweeps = telemetry.sweeps();
    const newest = sweeps.at(-1)?.at ?? 0;
    send('flow', { queues: queues.value() ?? null, points, problem });
    if (version > had.batches) send('batches', batches.rowsSince(had.batches));
    if (newest > had.sweeps) send('sweeps', [...sweeps]);
    send('progress', [...underWay.values()]);
    pages.set(send, { batches: version, sweeps: newest, points: points.at(-1)?.at ?? had.points });
  }

  async function tick(): Promise<void> {
    for await (const _ of setInterval(TICK_MS, undefined, { signal: stopping.signal })) {
      if (pages.size === 0) return;
      await renew();
      for (const send of pages.keys()) tell(send);
    }
  }

  function startTicking(): void {
    if (isTicking) return;
    isTicking = true;
    tick()
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error;
      })
      .finally(() => {
        isTicking = false;
      });
  }

  return {
    open(send) {
      pages.set(send, { batches: 0, sweeps: 0, points: 0 });
      void renew().then(() => tell(send));
      startTicking();
      return () => pages.delete(send);
    },
    progress(progress) {
      if (progress.done < progress.total) underWay.set(progress.what, progress);
      else underWay.delete(progress.what);
    },
    stop: () => stopping.abort(),
  };
}
