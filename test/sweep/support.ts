/** A sweep over real HTTP, its client, and a clock that its calls move. */
import { vi } from 'vitest';
import { createSessionsClient } from '../../lib/edgegap/client.ts';
import { readSweepConfig } from '../../lib/sweep/config.ts';
import { createSweep } from '../../lib/sweep/sweep.ts';

/** One call of a sweep, by the test's clock. */
export interface TimedCall {
  operation: 'listSessions' | 'getSession' | 'sessionDelete' | 'sessionsBulkStop';
  ids: readonly string[];
  startedMs: number;
  endedMs: number;
}

/** Variables of a sweep that acts. */
type Variables = Readonly<Record<string, string | undefined>>;

/**
 * A sweep that stops what it finds, and its calls: `asked` in the order in which they started, `calls` in which they ended.
 * @param rate that the sweep is told; the calls themselves take `callMs` of the test's clock, default none.
 */
export function sweepOver(
  url: string,
  {
    env = {},
    rate = 1000,
    callMs = () => 0,
  }: {
    env?: Variables;
    rate?: number;
    callMs?: (call: Pick<TimedCall, 'operation' | 'ids'>) => number;
  } = {},
) {
  const client = createSessionsClient({
    baseUrl: url,
    apiKey: () => 'sandbox-key',
    rate: 100_000,
    concurrency: 8,
    timeoutMs: 5000,
  });
  const calls: TimedCall[] = [];
  const asked: Pick<TimedCall, 'operation' | 'ids'>[] = [];
  const timed =
    <A extends unknown[], R>(
      operation: TimedCall['operation'],
      call: (...args: A) => Promise<R>,
      idsOf: (...args: A) => readonly string[],
    ) =>
    async (...args: A): Promise<R> => {
      const named = { operation, ids: idsOf(...args) };
      const startedMs = Date.now();
      asked.push(named);
      try {
        return await call(...args);
      } finally {
        const ms = callMs(named);
        if (ms > 0) vi.setSystemTime(Date.now() + ms);
        calls.push({ ...named, startedMs, endedMs: Date.now() });
      }
    };
  const sweep = createSweep({
    ...readSweepConfig({ SWEEP_MODE: 'stop', ...env }),
    client: {
      listSessions: timed('listSessions', client.listSessions, () => []),
      getSession: timed('getSession', client.getSession, (id) => [id]),
      sessionDelete: timed('sessionDelete', client.sessionDelete, (id) => [id]),
      sessionsBulkStop: timed('sessionsBulkStop', client.sessionsBulkStop, ({ filters }) =>
        filters.flatMap(({ values }) => values),
      ),
    },
    concurrency: 8,
    rate,
    bulkStopChunk: 500,
  });
  return { sweep, client, asked, calls };
}
