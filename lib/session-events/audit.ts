/** The audit of a batch: its calls, with the events that asked for them. */
import type { SQSRecord } from 'aws-lambda';
import { type AuditOutcome, createAuditLog, type Ending, type Named, type Reason } from '../edgegap/audit.ts';
import type { CallOptions, SessionsClient } from '../edgegap/client.ts';
import type { Cause } from '../memory/types.ts';
import { senderOf } from '../sqs/sender.ts';
import { type Calls, endingsWithoutCall, type SettledBatch } from './audit-settled.ts';
import { judge } from './judge.ts';
import type { AddressTarget, BulkStopCall, Call, PlannedEvent, StopCall, Target } from './types.ts';

/** The operations that change nothing. The others are made by {@link Audit.change} alone. */
export type Questions = Pick<
  SessionsClient,
  'getSession' | 'listSessions' | 'rollCall' | 'listDeployments' | 'deploymentsRollCall' | 'deploymentStatus'
>;

/** The audit of a batch. */
export interface Audit {
  /**
   * Makes a call that changes something, and logs it.
   * @param stoppedIn what the answer to a bulk stop names; undefined where it cannot be read.
   */
  change<T>(
    call: Call | StopCall,
    make: (client: SessionsClient, options: CallOptions) => Promise<T>,
    stoppedIn?: (answer: T) => ReadonlySet<string> | undefined,
  ): Promise<T>;
  /** Logs what ended without a call: one line for each reason, or for each hundred. */
  uncalled(batch: SettledBatch): void;
}

/** What a failure settles, by its judgement. */
const FAILURES = {
  gone: 'gone',
  suspect: 'open',
  question: 'open',
  split: 'open',
  dead: 'dead',
  surface: 'retry',
  retry: 'retry',
} as const;

/** Opens the audit of a batch. @param options of every call. */
export function createAudit(
  client: SessionsClient,
  options: CallOptions,
  reasonOf: Calls['reasonOf'],
): Audit {
  const log = createAuditLog();
  const failures = new Set<string>();
  const namedIn = ({ targets }: Call | StopCall): Named[] =>
    targets.flatMap(({ value, records }) =>
      records.map((record) => ({ target: value, reason: reasonOf(record) })),
    );
  return {
    uncalled(batch) {
      const hasLogged: Calls['hasLogged'] = (outcome, target) => failures.has(keyOf(outcome, target));
      for (const ending of endingsWithoutCall(batch, { hasLogged, reasonOf })) log.settled(ending);
    },
    async change(call, make, stoppedIn) {
      const named = namedIn(call);
      const change = {
        ...aboutCall(call),
        answered: (answer: Parameters<NonNullable<typeof stoppedIn>>[0]): Ending[] =>
          stoppedIn === undefined ? [{ outcome: 'done', named }] : endings(call, named, stoppedIn(answer)),
        failed(error: Parameters<typeof judge>[1]): Ending[] {
          const outcome = FAILURES[judge(call, error)];
          for (const target of call.targets) failures.add(keyOf(outcome, target));
          return [{ outcome, named }];
        },
      };
      return await log.call(change, options, (watched) => make(client, watched));
    },
  };
}

/** What each record asked for: the event's type and id, and its sender. */
export function reasonsOf(
  events: readonly PlannedEvent[],
  records: readonly SQSRecord[],
): (record: number) => Cause & Reason {
  const reasons = new Map(
    events.map(({ record, type, event }) => {
      const sqsRecord = records[record];
      const sender = sqsRecord && senderOf(sqsRecord);
      return [record, { by: type, event, ...(sender !== undefined && { sender }) }];
    }),
  );
  return (record) => reasons.get(record) ?? { by: 'unknown', event: 'unknown' };
}

function aboutCall(call: Call | StopCall) {
  const { operation, targets } = call;
  if ('sessionId' in call) return { operation, sessionId: call.sessionId };
  if (!isSelector(call)) return { operation };
  const values = targets.map(({ value }) => value);
  return { operation, filter: { field: call.field, filter_type: call.filterType, values } };
}

/** Whether a call names sessions by something else than their ids. */
function isSelector(call: Call | StopCall): call is BulkStopCall {
  return call.operation === 'sessionsBulkStop' && call.field !== 'session_id';
}

/**
 * What the answer to a bulk stop settles. By deployment or tag, no session can be paired with one of several events.
 */
function endings(
  call: Call | StopCall,
  named: readonly Named[],
  stopped: ReadonlySet<string> | undefined,
): Ending[] {
  if (isSelector(call)) {
    const ids = [...(stopped ?? [])];
    const all = Array.from({ length: Math.max(ids.length, named.length) }, (_, index) => ({
      ...(ids[index] !== undefined && { target: ids[index] }),
      ...(named[index]?.reason && { reason: named[index].reason }),
    }));
    return [{ outcome: stopped === undefined ? 'open' : 'done', named: all }];
  }
  const isStopped = ({ target = '' }: Named): boolean => stopped?.has(target) === true;
  return [
    { outcome: 'done', named: named.filter(isStopped) },
    { outcome: 'open', named: named.filter((one) => !isStopped(one)) },
  ];
}

function keyOf(outcome: AuditOutcome, target: Target | AddressTarget): string {
  const sessionId = 'change' in target ? target.change.sessionId : '';
  return `${outcome} ${sessionId} ${target.value}`;
}
