/** What the functions say about themselves: the one place where log lines become what the page shows. */
import type { SweepRun } from '../protocol.ts';
import { type BatchLog, createBatchLog } from './batches.ts';
import { createFlowLog, type FlowLog } from './flow.ts';
import { readLine } from './lines.ts';

/** What was read so far. */
export interface Telemetry {
  batches: BatchLog;
  flow: FlowLog;
  /** The last runs of the sweep, the newest last. */
  sweeps(): readonly SweepRun[];
  read(line: string): void;
}

const MOST_SWEEPS = 50;

/** Returns telemetry that has read nothing yet. */
export function createTelemetry(): Telemetry {
  const batches = createBatchLog();
  const flow = createFlowLog();
  let sweeps: readonly SweepRun[] = [];

  function read(line: string): void {
    const told = readLine(line);
    if (told?.kind === 'batch') {
      batches.addBatch(told.batch, told.requestId);
      flow.addBatch(told.batch);
    }
    if (told?.kind === 'audit') batches.addEntry(told.entry, told.requestId);
    if (told?.kind === 'age') flow.addAge(told.at, told.oldestMs);
    if (told?.kind === 'sweep') sweeps = [...sweeps, told.run].slice(-MOST_SWEEPS);
  }

  return { batches, flow, sweeps: () => sweeps, read };
}
