/** The part of the audit that names what a batch settled without a call, and why. */
import type { AuditOutcome, Ending, Reason } from '../edgegap/audit.ts';
import { absorbedBy } from './settle.ts';
import type {
  AddressTarget,
  Outcome,
  OutcomeKind,
  Plan,
  PlannedEvent,
  RecordOutcome,
  Target,
  TargetResult,
} from './types.ts';

/** What a batch came to. */
export interface SettledBatch {
  events: readonly PlannedEvent[];
  plan: Plan;
  /** What its calls, and what followed from them, came to. */
  results: readonly TargetResult[];
  /** What its selections came to. */
  settled: readonly RecordOutcome[];
}

/** What is known of the calls of a batch. */
export interface Calls {
  /** Whether the line of a failed call says that the target ended this way. */
  hasLogged(outcome: AuditOutcome, target: Target | AddressTarget): boolean;
  reasonOf(record: number): Reason;
}

/** What ended without a call, together where the outcome and its code are the same. Pure. */
export function endingsWithoutCall(batch: SettledBatch, calls: Calls): Ending[] {
  const all = [...ofResults(batch, calls), ...ofPlan(batch.plan, calls), ...ofRecords(batch, calls)];
  return [...Map.groupBy(all, ({ outcome, code }) => `${outcome} ${code}`).values()].flatMap((group) =>
    group.slice(0, 1).map((first) => ({ ...first, named: group.flatMap(({ named }) => named) })),
  );
}

function ofResults({ results }: SettledBatch, calls: Calls): Ending[] {
  return results.flatMap(({ target, outcome }) => {
    const isLogged = outcome.kind === 'done' || calls.hasLogged(outcomeOf(outcome.kind), target);
    const own = isLogged ? [] : [uncalled(outcome, target, target.records, calls)];
    return [...own, absorbed(target, outcome, calls)];
  });
}

/** What the plan itself put off. */
function ofPlan({ waiting, held }: Plan, calls: Calls): Ending[] {
  const targets = [...waiting.flatMap((call) => call.targets), ...held.map(({ target }) => target)];
  const outcome: Outcome = { kind: 'waiting' };
  return targets.map((target) => uncalled(outcome, target, [...target.records, ...target.absorbed], calls));
}

/** Records whose outcome was known without a target of a call. */
function ofRecords({ events, plan, results, settled }: SettledBatch, calls: Calls): Ending[] {
  const byRecord = new Map(events.map((event) => [event.record, event]));
  const called = new Set(results.map(({ target }) => target.value));
  return [...plan.settled, ...settled].map(({ record, outcome: { kind, code } }) => {
    const reason = calls.reasonOf(record);
    const targets = namesOf(byRecord.get(record)).filter((name) => !called.has(name));
    const named = targets.length === 0 ? [{ reason }] : targets.map((target) => ({ target, reason }));
    return { outcome: outcomeOf(kind), ...(code && { code }), named };
  });
}

function namesOf(event: PlannedEvent | undefined): string[] {
  if (event === undefined) return [];
  const { ask } = event;
  switch (ask.kind) {
    case 'deleteSessions':
      return ask.sessionIds;
    case 'deleteByDeployment':
    case 'stopDeployments':
      return ask.requestIds;
    case 'deleteByTags':
      return ask.tags;
    case 'countUsers':
      return [ask.requestId];
    default:
      return [ask.sessionId];
  }
}

function absorbed(target: Target, outcome: Outcome, calls: Calls): Ending {
  const own = uncalled(absorbedBy(outcome), target, target.absorbed, calls);
  return own.outcome === 'superseded' ? { ...own, outcome: 'absorbed' } : own;
}

/** Users are named by their session: one line for many of them. */
function uncalled(
  { kind, code }: Outcome,
  target: Target | AddressTarget,
  records: readonly number[],
  calls: Calls,
): Ending {
  const name = 'change' in target ? target.change.sessionId : target.value;
  return {
    outcome: outcomeOf(kind),
    ...(code && { code }),
    named: records.map((record) => ({ target: name, reason: calls.reasonOf(record) })),
  };
}

/** A target that is absorbed gave way to another event about the same user. */
function outcomeOf(kind: OutcomeKind): AuditOutcome {
  return kind === 'absorbed' ? 'superseded' : kind;
}
