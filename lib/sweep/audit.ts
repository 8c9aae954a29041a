/** The audit of a sweep: its stops, with the rules that asked for them. */
import type { AuditLog, AuditOutcome, Ending, Named } from '../edgegap/audit.ts';
import type { CallOptions } from '../edgegap/client.ts';
import type { SessionsApiError } from '../edgegap/errors.ts';
import type { SweepRow } from './assess.ts';

/** The audit of what is stopped together. */
export interface StopAudit {
  /**
   * Makes a call that stops these sessions, and logs it.
   * @param stoppedIn the ids that an answer proves to be stopped
   */
  stop<T>(
    { operation, ids }: { operation: string; ids: readonly string[] },
    options: CallOptions,
    make: (options: CallOptions) => Promise<T>,
    stoppedIn: (answer: T) => readonly string[],
  ): Promise<T>;
  /** Logs what ended without a call. */
  settled(outcome: AuditOutcome, ids: readonly string[]): void;
}

/** The audit of a run that leaves no lines. */
export const NO_AUDIT: AuditLog = {
  call: async (_change, options, make) => await make(options),
  settled: () => undefined,
};

/** Makes the audit of these sessions. */
export function stopAudit(log: AuditLog, rows: readonly SweepRow[]): StopAudit {
  return ruleAudit(log, new Map(rows.map(({ listed, verdict }) => [listed.session_id, verdict.rule])));
}

/** Makes the audit of what is stopped by these rules. @param rules by id. */
export function ruleAudit(log: AuditLog, rules: ReadonlyMap<string, string>): StopAudit {
  const namedBy = (ids: readonly string[]): Named[] =>
    ids.map((target) => ({ target, reason: { by: rules.get(target) ?? 'unknown' } }));
  return {
    async stop({ operation, ids }, options, make, stoppedIn) {
      const answered = (answer: Parameters<typeof stoppedIn>[0]): Ending[] => {
        const stopped = new Set(stoppedIn(answer));
        return [
          { outcome: 'done', named: namedBy(ids.filter((id) => stopped.has(id))) },
          { outcome: 'open', named: namedBy(ids.filter((id) => !stopped.has(id))) },
        ];
      };
      const failed = (error: SessionsApiError): Ending[] => [
        { outcome: outcomeOf(error), named: namedBy(ids) },
      ];
      return await log.call({ operation, answered, failed }, options, make);
    },
    settled: (outcome, ids) => log.settled({ outcome, named: namedBy(ids) }),
  };
}

/** What a failure says about the sessions that the call named. */
function outcomeOf({ code, operation }: SessionsApiError): AuditOutcome {
  if (code === 'GONE' && !operation.endsWith('BulkStop')) return 'gone';
  return code === 'NOT_FOUND' || code === 'REFUSED' || code === 'INVALID_ANSWER' ? 'open' : 'retry';
}
