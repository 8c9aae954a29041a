/** The functions' log lines, as far as the console shows them. Lines of any other kind are nothing. Pure. */
import * as z from 'zod/mini';
import { parseJson } from '../../lib/runtime/json.ts';
import type { AuditEntry, BatchRow, SweepRun } from '../protocol.ts';

const texts = z._default(z.array(z.string()), []);
const maybeText = z.optional(z.nullable(z.string()));
const time = z.pipe(
  z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)))),
  z.transform((text: string) => Date.parse(text)),
);

const batchSchema = z.looseObject({
  message: z.literal('batch'),
  timestamp: time,
  requestId: maybeText,
  records: z.number(),
  calls: z.number(),
  callsSaved: z.number(),
  done: z.number(),
  gone: z.number(),
  absorbed: z.number(),
  ignored: z._default(z.number(), 0),
  waiting: z.number(),
  retried: z.number(),
  dead: z.number(),
  durationMs: z.number(),
  codes: z._default(z.record(z.string(), z.number()), {}),
});

const auditSchema = z.looseObject({
  message: z.literal('audit'),
  timestamp: time,
  requestId: maybeText,
  operation: z.string(),
  sessionId: maybeText,
  filter: z.optional(z.nullable(z.looseObject({ field: z.string(), values: texts }))),
  targets: texts,
  events: texts,
  by: texts,
  senders: texts,
  outcome: z.string(),
  status: z.optional(z.nullable(z.number())),
  code: maybeText,
  call: z.optional(z.nullable(z.number())),
});

const sweepSchema = z.looseObject({
  message: z.enum(['sweep', 'deployment sweep']),
  timestamp: time,
  mode: z.string(),
  listed: z.number(),
  stopped: z.number(),
  stoppedBefore: z.number(),
  guardTripped: z.boolean(),
  complete: z.boolean(),
  durationMs: z.number(),
});

/** The age of a batch's oldest event stands in its metrics alone. */
const metricsSchema = z.looseObject({
  _aws: z.looseObject({ Timestamp: z.number() }),
  EventAge: z.number(),
});

/** What a line says. `requestId` is undefined where the line does not name its invocation. */
export type Told =
  | { kind: 'batch'; batch: Omit<BatchRow, 'id'>; requestId: string | undefined }
  | { kind: 'audit'; entry: AuditEntry; requestId: string | undefined }
  | { kind: 'sweep'; run: SweepRun }
  | { kind: 'age'; at: number; oldestMs: number };

/** Reads a line. @returns undefined for one that the console does not show. */
export function readLine(line: string): Told | undefined {
  if (!line.startsWith('{')) return undefined;
  const value = parseJson(line);
  return readBatch(value) ?? readAudit(value) ?? readSweep(value) ?? readAge(value);
}

function readBatch(value: unknown): Told | undefined {
  const { data } = batchSchema.safeParse(value);
  if (data === undefined) return undefined;
  const { timestamp: at, records, calls, callsSaved: saved, durationMs, codes } = data;
  const { done, absorbed, gone, ignored, waiting, retried, dead } = data;
  const outcomes = { done, absorbed, gone, ignored, waiting, retried, dead };
  const batch = { at, records, calls, saved, outcomes, durationMs, codes };
  return { kind: 'batch', batch, requestId: data.requestId ?? undefined };
}

function readAudit(value: unknown): Told | undefined {
  const { data } = auditSchema.safeParse(value);
  if (data === undefined) return undefined;
  const { timestamp: at, operation, targets, events, by, senders, outcome } = data;
  const { sessionId = null, status = null, code = null, call = null } = data;
  const filter = data.filter ? { field: data.filter.field, values: data.filter.values } : null;
  const entry = {
    at,
    operation,
    sessionId,
    filter,
    targets,
    events,
    by,
    senders,
    outcome,
    status,
    code,
    call,
  };
  return { kind: 'audit', entry, requestId: data.requestId ?? undefined };
}

function readSweep(value: unknown): Told | undefined {
  const { data } = sweepSchema.safeParse(value);
  if (data === undefined) return undefined;
  const { timestamp: at, mode, listed, stopped, stoppedBefore, guardTripped, complete, durationMs } = data;
  const of = data.message === 'sweep' ? ('sessions' as const) : ('deployments' as const);
  const run = { of, at, mode, listed, stopped, stoppedBefore, guardTripped, complete, durationMs };
  return { kind: 'sweep', run };
}

function readAge(value: unknown): Told | undefined {
  const { data } = metricsSchema.safeParse(value);
  return data && { kind: 'age', at: data._aws.Timestamp, oldestMs: data.EventAge };
}
