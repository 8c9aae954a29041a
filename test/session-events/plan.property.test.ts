/** What the plan promises for every batch: the same effect as one call an event, by fewer calls. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ask } from '../../events/ask.ts';
import { canonicalIp } from '../../events/ip.ts';
import { createMemory } from '../../lib/memory/memory.ts';
import { planBatch } from '../../lib/session-events/plan.ts';
import { settle } from '../../lib/session-events/settle.ts';
import type { Call, Plan, PlannedEvent, TargetResult } from '../../lib/session-events/types.ts';

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
    arbitrary: fc.record({ kind: fc.constant('deleteByDeployment' as const), requestIds: some(DEPLOYMENTS) }),
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
const event = fc.record({ ask, ...moment, ageMs: fc.integer({ min: 0, max: 60_000 }) });
const batch = fc
  .array(event, { maxLength: 40 })
  .map((events): PlannedEvent[] => events.map((one, record) => ({ ...one, record })));

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

function drop(sessions: World, matches: (id: string, tags: string[], deployment: string) => boolean): void {
  for (const [id, { tags, deployment }] of Object.entries(sessions)) {
    if (matches(id, tags, deployment)) delete sessions[id];
  }
}

function oneByOne(sessions: World, events: readonly PlannedEvent[]): World {
  const after = copy(sessions);
  const inOrder = events.toSorted(
    (a, b) => a.timeMs - b.timeMs || a.sentAtMs - b.sentAtMs || a.record - b.record,
  );
  for (const { ask: asked } of inOrder) {
    if (asked.kind === 'deleteSessions') drop(after, (id) => asked.sessionIds.includes(id));
    else if (asked.kind === 'deleteByDeployment') drop(after, (_, __, of) => asked.requestIds.includes(of));
    else if (asked.kind === 'deleteByTags') {
      drop(after, (_, tags) =>
        asked.match === 'any'
          ? asked.tags.some((tag) => tags.includes(tag))
          : asked.tags.every((tag) => tags.includes(tag)),
      );
    } else {
      for (const ip of asked.ips.map(canonicalIp)) {
        if (asked.kind === 'addUsers') after[asked.sessionId]?.users.add(ip);
        else after[asked.sessionId]?.users.delete(ip);
      }
    }
  }
  return after;
}

function apply(after: World, call: Call): void {
  const values = call.targets.map((target) => target.value);
  if (call.operation === 'sessionDelete') drop(after, (id) => values.includes(id));
  else if (call.operation === 'sessionsBulkStop') {
    drop(after, (id, tags, deployment) => {
      const held = { session_id: [id], request_id: [deployment], deployment_tags: tags }[call.field];
      return call.filterType === 'any'
        ? values.some((value) => held.includes(value))
        : values.every((value) => held.includes(value));
    });
  } else {
    for (const ip of values.map(canonicalIp)) {
      if (call.operation === 'putUsersSession') after[call.sessionId]?.users.add(ip);
      else after[call.sessionId]?.users.delete(ip);
    }
  }
}

const callsOf = ({ deletions, additions, removals, waiting }: Plan): Call[] => [
  ...deletions,
  ...additions,
  ...removals,
  ...waiting,
];

const limits = fc.record({
  bulkStopChunk: fc.integer({ min: 1, max: 4 }),
  budgetCalls: fc.integer({ min: 0, max: 6 }),
});

test('the calls leave the same sessions and users as handling the events one by one in time order', () => {
  fc.assert(
    fc.property(world, batch, limits, (sessions, events, limit) => {
      const after = copy(sessions);
      for (const call of callsOf(planBatch(events, createMemory(), limit))) apply(after, call);
      expect(after).toEqual(oneByOne(sessions, events));
    }),
    { numRuns: 500 },
  );
});

test('there are never more calls than distinct targets', () => {
  fc.assert(
    fc.property(batch, limits, (events, limit) => {
      const targets = new Set<string>();
      for (const { ask: asked } of events) {
        if (asked.kind === 'deleteSessions') for (const id of asked.sessionIds) targets.add(`session ${id}`);
        else if (asked.kind === 'deleteByDeployment')
          for (const id of asked.requestIds) targets.add(`deployment ${id}`);
        else if (asked.kind === 'deleteByTags') {
          if (asked.match === 'all') targets.add(`all ${asked.tags.toSorted().join()}`);
          else for (const tag of asked.tags) targets.add(`tag ${tag}`);
        } else for (const ip of asked.ips) targets.add(`user ${asked.sessionId} ${canonicalIp(ip)}`);
      }
      expect(callsOf(planBatch(events, createMemory(), limit)).length).toBeLessThanOrEqual(targets.size);
    }),
  );
});

test('every record is settled by exactly one outcome, and acknowledged only when all its calls succeeded', () => {
  fc.assert(
    fc.property(batch, limits, fc.infiniteStream(fc.boolean()), (events, limit, success) => {
      const plan = planBatch(events, createMemory(), limit);
      const running: Call[] = [...plan.deletions, ...plan.additions, ...plan.removals];
      const failed = new Set<number>();
      const results = running.flatMap((call) =>
        call.targets.map((target): TargetResult => {
          if (success.next().value) return { target, outcome: 'done' };
          for (const record of [...target.records, ...target.absorbed]) failed.add(record);
          return { target, outcome: 'retry', code: 'UNAVAILABLE' };
        }),
      );
      for (const call of plan.waiting) {
        for (const { records, absorbed } of call.targets) {
          for (const record of [...records, ...absorbed]) failed.add(record);
        }
      }
      const outcomes = settle(events.length, { events, types: new Map(), undecodable: [] }, plan, results);
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
      const memory = createMemory();
      for (const id of SESSIONS) memory.rememberDeleted(id);
      const calls = callsOf(planBatch(events, memory, { bulkStopChunk: 500, budgetCalls: 50 }));
      for (const call of calls)
        expect(call).toMatchObject({ field: expect.stringMatching(/request_id|deployment_tags/) });
    }),
  );
});
