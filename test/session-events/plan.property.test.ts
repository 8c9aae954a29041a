/** What the plan promises for every batch: the same effect as one call an event, by fewer calls. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ask } from '../../events/ask.ts';
import { canonicalIp } from '../../events/ip.ts';
import { planBatch as planWith } from '../../lib/session-events/plan.ts';
import { settle } from '../../lib/session-events/settle.ts';
import { planStops } from '../../lib/session-events/stops.ts';
import type { Call, Plan, PlannedEvent, StopCall, TargetResult } from '../../lib/session-events/types.ts';
import { NOTHING_KNOWN, viewWith } from '../support/memory-view.ts';

/** The whole plan of a batch: its stops, too. */
const planBatch = (...[events, memory, limits]: Parameters<typeof planWith>): Plan =>
  planWith(events, memory, limits, planStops(events, memory, limits.bulkStopChunk));

interface World {
  [sessionId: string]: { deployment: string; tags: string[]; users: Set<string> };
}

const SESSIONS = ['s0', 's1', 's2', 's3', 's4', 's5'];
const DEPLOYMENTS = ['d0', 'd1', 'd2'];
const TAGS = ['t0', 't1', 't2'];
const IPS = ['10.0.0.1', '10.0.0.2', '::1', '0:0:0:0:0:0:0:1'];

const some = (values: string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 });
const sessionId = fc.constantFrom(...SESSIONS);

const ask: fc.Arbitrary<Ask> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('deleteSessions' as const), sessionIds: some(SESSIONS) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('deleteByDeployment' as const),
      requestIds: some(DEPLOYMENTS),
      bound: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('stopDeployments' as const), requestIds: some(DEPLOYMENTS) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('deleteByTags' as const),
      tags: some(TAGS),
      match: fc.constantFrom('any' as const, 'all' as const),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('removeUsers' as const), sessionId, ips: some(IPS) }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('addUsers' as const), sessionId, ips: some(IPS) }) },
);

const moment = { timeMs: fc.integer({ min: 0, max: 4 }), sentAtMs: fc.integer({ min: 0, max: 4 }) };
const event = fc.record({
  ask,
  ...moment,
  type: fc.constant('of-the-test'),
  ageMs: fc.integer({ min: 0, max: 60_000 }),
  receiveCount: fc.integer({ min: 1, max: 3 }),
  firstReceivedAtMs: fc.constant(0),
});
const batch = fc
  .array(event, { maxLength: 40 })
  .map((events): PlannedEvent[] =>
    events.map((one, record) => ({ ...one, record, event: `event-${String(record).padStart(3, '0')}` })),
  );

const world = fc
  .tuple(
    ...SESSIONS.map(() =>
      fc.record({
        deployment: fc.constantFrom(...DEPLOYMENTS),
        tags: fc.subarray(TAGS),
        users: fc.subarray(['10.0.0.1', '10.0.0.2', '::1']).map((users) => new Set(users)),
      }),
    ),
  )
  .map((sessions): World => Object.fromEntries(sessions.map((session, index) => [`s${index}`, session])));

const copy = (from: World): World =>
  Object.fromEntries(Object.entries(from).map(([id, one]) => [id, { ...one, users: new Set(one.users) }]));

type Session = { id: string; deployment: string; tags: readonly string[] };

function drop(sessions: World, matches: (session: Session) => boolean): void {
  for (const [id, one] of Object.entries(sessions)) if (matches({ ...one, id })) delete sessions[id];
}

/** Whether a session matches what an event, a call or a selection names. */
function isNamed(
  session: Session,
  field: 'session_id' | 'request_id' | 'deployment_tags',
  values: readonly string[],
  match: 'any' | 'all',
): boolean {
  const held = { session_id: [session.id], request_id: [session.deployment], deployment_tags: session.tags };
  const own = new Set(held[field]);
  return match === 'any' ? values.some((value) => own.has(value)) : values.every((value) => own.has(value));
}

function handle(after: World, asked: Ask): void {
  if (asked.kind === 'deleteSessions')
    drop(after, (one) => isNamed(one, 'session_id', asked.sessionIds, 'any'));
  else if (asked.kind === 'deleteByDeployment' || asked.kind === 'stopDeployments')
    drop(after, (one) => isNamed(one, 'request_id', asked.requestIds, 'any'));
  else if (asked.kind === 'deleteByTags')
    drop(after, (one) => isNamed(one, 'deployment_tags', asked.tags, asked.match));
  else if (asked.kind !== 'countUsers')
    changeUsers(after, asked.sessionId, asked.ips, asked.kind === 'addUsers');
}

function changeUsers(after: World, sessionId: string, ips: readonly string[], adds: boolean): void {
  for (const ip of ips.map(canonicalIp)) {
    if (adds) after[sessionId]?.users.add(ip);
    else after[sessionId]?.users.delete(ip);
  }
}

function oneByOne(sessions: World, events: readonly PlannedEvent[]): World {
  const after = copy(sessions);
  const inOrder = events.toSorted(
    (a, b) => a.timeMs - b.timeMs || a.sentAtMs - b.sentAtMs || a.record - b.record,
  );
  for (const { ask: asked } of inOrder) handle(after, asked);
  return after;
}

function apply(after: World, call: Call): void {
  const values = call.targets.map((target) => target.value);
  if (call.operation === 'sessionDelete') drop(after, (one) => isNamed(one, 'session_id', values, 'any'));
  else if (call.operation === 'sessionsBulkStop')
    drop(after, (one) => isNamed(one, call.field, values, call.filterType));
  else changeUsers(after, call.sessionId, values, call.operation === 'putUsersSession');
}

/** Every session of the world existed before every event: a selection takes all that it names. */
function applyPlan(after: World, plan: Plan): void {
  for (const call of plan.deletions) apply(after, call);
  for (const { field, values, filterType } of plan.selections)
    drop(after, (one) => isNamed(one, field, values, filterType));
  for (const call of [...plan.additions, ...plan.removals, ...plan.waiting]) apply(after, call);
  for (const { target } of plan.held) changeUsers(after, target.change.sessionId, [target.value], false);
}

const callsOf = ({ stops, deletions, additions, removals, waiting }: Plan): (Call | StopCall)[] => [
  ...stops,
  ...deletions,
  ...additions,
  ...removals,
  ...waiting,
];

const limits = fc.record({
  bulkStopChunk: fc.integer({ min: 1, max: 4 }),
  budgetCalls: fc.integer({ min: 0, max: 6 }),
  graceMs: fc.constantFrom(0, 30_000),
});

test('the calls leave the same sessions and users as handling the events one by one in time order', () => {
  fc.assert(
    fc.property(world, batch, limits, (sessions, events, limit) => {
      const after = copy(sessions);
      applyPlan(after, planBatch(events, NOTHING_KNOWN, limit));
      expect(after).toEqual(oneByOne(sessions, events));
    }),
    { numRuns: 500 },
  );
});

/** What an event names: one name for what one call could name. */
function namesOf(asked: Ask): string[] {
  if (asked.kind === 'deleteSessions') return asked.sessionIds.map((id) => `session ${id}`);
  if (asked.kind === 'deleteByDeployment') return asked.requestIds.map((id) => `deployment ${id}`);
  if (asked.kind === 'stopDeployments')
    return asked.requestIds.flatMap((id) => [`deployment ${id}`, `stop ${id}`]);
  if (asked.kind === 'deleteByTags')
    return asked.match === 'all' ? [`all ${asked.tags.toSorted()}`] : asked.tags.map((tag) => `tag ${tag}`);
  if (asked.kind === 'countUsers') return [];
  return asked.ips.map((ip) => `user ${asked.sessionId} ${canonicalIp(ip)}`);
}

test('there are never more calls than distinct targets', () => {
  fc.assert(
    fc.property(batch, limits, (events, limit) => {
      const names = new Set(events.flatMap(({ ask: asked }) => namesOf(asked)));
      expect(callsOf(planBatch(events, NOTHING_KNOWN, limit)).length).toBeLessThanOrEqual(names.size);
    }),
  );
});

/** The results of calls of which each target succeeds or fails; and the records that depend on a failed one. */
function resultsOf(calls: readonly (Call | StopCall)[], succeeds: () => boolean) {
  const failed = new Set<number>();
  const results = calls.flatMap(({ targets }) =>
    targets.map((target): TargetResult => {
      if (succeeds()) return { target, outcome: { kind: 'done' } };
      for (const record of [...target.records, ...target.absorbed]) failed.add(record);
      return { target, outcome: { kind: 'retry', code: 'UNAVAILABLE' } };
    }),
  );
  return { failed, results };
}

test('every record is settled by exactly one outcome, and acknowledged only when all its calls succeeded', () => {
  fc.assert(
    fc.property(batch, limits, fc.infiniteStream(fc.boolean()), (events, limit, success) => {
      const plan = planBatch(events, NOTHING_KNOWN, limit);
      const running = [...plan.stops, ...plan.deletions, ...plan.additions, ...plan.removals];
      const { failed, results } = resultsOf(running, () => success.next().value === true);
      const later = [
        ...plan.waiting.flatMap(({ targets }) => targets),
        ...plan.held.map(({ target }) => target),
      ];
      for (const { records, absorbed } of later)
        for (const record of [...records, ...absorbed]) failed.add(record);
      const selected = plan.selections.map(({ record }) => ({ record, outcome: { kind: 'done' as const } }));
      const outcomes = settle(events.length, { events, undecodable: [] }, plan, results, selected);
      expect(outcomes).toHaveLength(events.length);
      for (const [record, outcome] of outcomes.entries()) {
        expect(['waiting', 'retry'].includes(outcome.kind)).toBe(failed.has(record));
        expect(outcome.code).not.toBe('NOT_REACHED');
      }
    }),
  );
});

test('a session that is known to be deleted costs no call', () => {
  fc.assert(
    fc.property(batch, (events) => {
      const memory = viewWith({ deleted: SESSIONS });
      const calls = callsOf(planBatch(events, memory, { bulkStopChunk: 500, budgetCalls: 50, graceMs: 0 }));
      for (const call of calls)
        if (!call.operation.startsWith('deployment'))
          expect(call).toMatchObject({ field: expect.stringMatching(/request_id|deployment_tags/) });
    }),
  );
});

test('exactly the deployments that events want stopped are, each once, and none that is known to be stopped', () => {
  const known = fc.subarray(DEPLOYMENTS);
  fc.assert(
    fc.property(batch, limits, known, known, (events, limit, stopped, finished) => {
      const { stops } = planBatch(events, viewWith({ stopped, finished }), limit);
      const wanted = events.flatMap(({ ask: asked }) =>
        asked.kind === 'stopDeployments' ? asked.requestIds : [],
      );
      const open = [...new Set(wanted)].filter((id) => !stopped.includes(id) && !finished.includes(id));
      const planned = stops.flatMap(({ targets }) => targets.map(({ value }) => value));
      expect(planned.toSorted()).toEqual(open.toSorted());
      for (const { operation, targets } of stops)
        expect(operation).toBe(targets.length === 1 ? 'deploymentStop' : 'deploymentsBulkStop');
    }),
  );
});
