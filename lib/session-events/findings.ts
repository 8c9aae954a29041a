/** Findings: what calls came to, and what they leave to prove. */
import type { SessionsApiError } from '../edgegap/errors.ts';
import type { MemoryError } from '../memory/errors.ts';
import type { ErrorCode } from '../runtime/codes.ts';
import type { Call, DeletedSession, NamedCall, Outcome, Target, TargetResult } from './types.ts';

/** What calls came to. */
export interface Findings {
  results: TargetResult[];
  /** Sessions that the answer of a bulk stop left out: no evidence. */
  missing: Target[];
  /** Sessions that a bulk stop would refuse and that the budget did not reach one by one. */
  unsent: Target[];
  /** Calls that were answered as if their session did not exist. */
  suspects: NamedCall[];
  /** Sessions that are deleted, on evidence: to be remembered. */
  deleted: DeletedSession[];
  /** Deployments and tags whose sessions are deleted: to be remembered. */
  handled: string[];
}

/** Findings with nothing else in them. */
export function found(some: Partial<Findings>): Findings {
  return { results: [], missing: [], unsent: [], suspects: [], deleted: [], handled: [], ...some };
}

/** Puts findings together. */
export function merge(all: readonly Findings[]): Findings {
  return {
    results: all.flatMap(({ results }) => results),
    missing: all.flatMap(({ missing }) => missing),
    unsent: all.flatMap(({ unsent }) => unsent),
    suspects: all.flatMap(({ suspects }) => suspects),
    deleted: all.flatMap(({ deleted }) => deleted),
    handled: all.flatMap(({ handled }) => handled),
  };
}

/** One outcome for every target. */
export function every(targets: readonly Target[], outcome: Outcome): Findings {
  return found({ results: targets.map((target) => ({ target, outcome })) });
}

/** Every target of a call goes back to the queue, because of this error. */
export function retryAll({ targets }: Pick<Call, 'targets'>, error: SessionsApiError): Findings {
  return every(targets, retryFor(error));
}

/** The outcome of what an error keeps from being done now. @param code in place of the error's own. */
export function retryFor(error: SessionsApiError, code: ErrorCode = error.code): Outcome {
  const { message: reason, retryAfterMs } = error;
  return { kind: 'retry', code, reason, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** The outcome of a users call that the memory's table, which keeps their order, cannot be asked about. */
export function retryWithoutMemory({ code, message }: MemoryError): Outcome {
  return { kind: 'retry', code, reason: message };
}

/** The outcome of what the batch's budget did not reach. */
export const UNPROVEN: Outcome = {
  kind: 'waiting',
  code: 'NOT_PROVEN',
  reason: 'The API did not confirm it, and the calls of this batch are used up. It is asked again.',
};
