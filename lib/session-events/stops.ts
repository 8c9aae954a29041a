/** The part of a plan that stops deployments. */
import { chunks } from '../runtime/lists.ts';
import type { BatchView, PlannedEvent, RecordOutcome, StopCall, Target } from './types.ts';

/** What the events of a batch want stopped. */
export interface StopsPlan {
  stops: StopCall[];
  /** Deployments that are known to be stopped, or refused. */
  settled: RecordOutcome[];
}

/**
 * Merges the events of a batch into the fewest stops: one deployment by name, more by bulk stop.
 * @param chunk values that one bulk stop may carry.
 */
export function planStops(events: readonly PlannedEvent[], memory: BatchView, chunk: number): StopsPlan {
  const records = new Map<string, number[]>();
  const settled: RecordOutcome[] = [];
  for (const { ask, record } of events) {
    if (ask.kind !== 'stopDeployments') continue;
    for (const id of new Set(ask.requestIds)) {
      const known = records.get(id);
      const reason = memory.refusal(stopRefusalKey(id));
      if (memory.isStopped(id)) settled.push({ record, outcome: { kind: 'gone' } });
      else if (reason !== undefined)
        settled.push({ record, outcome: { kind: 'dead', code: 'REFUSED', reason } });
      else if (known === undefined) records.set(id, [record]);
      else known.push(record);
    }
  }
  const targets = [...records].map(([value, own]): Target => ({ value, records: own, absorbed: [] }));
  return { stops: chunks(targets, chunk).map(stopCall), settled };
}

/** One call that stops these deployments. */
export function stopCall(targets: Target[]): StopCall {
  const [first, ...others] = targets;
  return first !== undefined && others.length === 0
    ? { operation: 'deploymentStop', targets: [first] }
    : { operation: 'deploymentsBulkStop', targets };
}

/** What the memory keeps once the API refused to stop a deployment. */
export function stopRefusalKey(deploymentId: string): string {
  return `deploymentStop ${deploymentId}`;
}
