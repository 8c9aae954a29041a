/** Fuzzing: whatever comes in, from the queue or from the API, every record has one outcome and nothing crashes. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readApiConfig } from '../../lib/edgegap/config.ts';
import { createBatchEnvironment, handleBatch } from '../../lib/session-events/batch.ts';
import { decode } from '../../lib/session-events/decode.ts';
import { planBatch } from '../../lib/session-events/plan.ts';
import { settle } from '../../lib/session-events/settle.ts';
import { NOTHING_KNOWN } from '../support/memory-view.ts';
import { sqsRecord } from '../support/records.ts';
import type { ScriptedAnswer } from '../support/scripted-api.ts';
import { startScriptedApi } from '../support/scripted-api.ts';

const unhandled: unknown[] = [];
const keep = (reason: unknown) => unhandled.push(reason);
beforeAll(() => {
  process.on('unhandledRejection', keep);
});
afterAll(() => {
  process.off('unhandledRejection', keep);
});

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString());
const nearlyEvent = fc
  .record(
    {
      type: fc.oneof(
        fc.constantFrom('match.ended', 'user.left', 'user.joined', 'deployment.stopped', 'tag.retired'),
        fc.jsonValue(),
      ),
      data: fc.oneof(
        fc.record(
          {
            session_id: fc.oneof(fc.constantFrom('a', 'b', '..', '__proto__'), fc.jsonValue()),
            session_ids: fc.oneof(fc.array(fc.constantFrom('a', 'b', 'c')), fc.jsonValue()),
            ip_list: fc.oneof(fc.array(fc.oneof(fc.ipV4(), fc.ipV6())), fc.jsonValue()),
            deployment_request_id: fc.jsonValue(),
            deployment_tags: fc.array(fc.constantFrom('t', 'u', '')),
          },
          { requiredKeys: [] },
        ),
        fc.jsonValue(),
      ),
      time: fc.oneof(fc.constant('2026-01-31T20:15:00Z'), fc.jsonValue()),
    },
    { requiredKeys: [] },
  )
  .map((event) => JSON.stringify(event));
const body = fc.oneof(bytes, fc.json(), nearlyEvent);

test('any bytes and any JSON as bodies: each record has one outcome, and an invalid event is dead with a reason', () => {
  fc.assert(
    fc.property(fc.array(body, { maxLength: 30 }), (bodies) => {
      const records = bodies.map((text, index) => sqsRecord(text, `m${index}`));
      const decoded = decode(records, Date.now());
      const plan = planBatch(decoded.events, NOTHING_KNOWN, { bulkStopChunk: 3, budgetCalls: 2, graceMs: 0 });
      const outcomes = settle(records.length, decoded, plan, [], []);
      expect(outcomes).toHaveLength(records.length);
      const events = new Set(decoded.events.map(({ record }) => record));
      for (const [index, outcome] of outcomes.entries()) {
        if (events.has(index)) expect(['retry', 'waiting']).toContain(outcome.kind);
        else
          expect(outcome).toMatchObject({
            kind: 'dead',
            code: 'INVALID_EVENT',
            reason: expect.stringMatching(/./),
          });
      }
    }),
    { numRuns: 500 },
  );
});

const answer: fc.Arbitrary<ScriptedAnswer> = fc.oneof(
  fc.record({
    status: fc.oneof(fc.integer({ min: 200, max: 599 }), fc.constantFrom(200, 400, 404, 410, 429, 500)),
    body: fc.oneof(
      fc.jsonValue(),
      fc.string(),
      fc.constant({ processable: [{ session_id: 'a' }] }),
      fc.constant({ session_users: [] }),
      fc.constant({ message: 'deleted', session_id: 'a' }),
      fc.constant({ data: [] }),
    ),
    headers: fc.oneof(
      fc.constant({}),
      fc.record({ 'retry-after': fc.constantFrom('0', '100', 'soon', '-1') }),
    ),
  }),
  fc.constant('reset' as const),
);

const events = [
  { type: 'match.ended', data: { session_id: 'a' } },
  { type: 'match.ended', data: { session_ids: ['b', 'c'] } },
  { type: 'user.left', data: { session_id: 'd', ip_list: ['10.0.0.1', '::1'] } },
  { type: 'user.joined', data: { session_id: 'e', ip_list: ['10.0.0.1'] } },
  { type: 'tag.retired', data: { deployment_tags: ['t'] } },
];

/** Runs the events against an API that answers so, with a quarter of a second for the batch. */
async function outcomesAgainst(script: ScriptedAnswer[]) {
  const api = await startScriptedApi(script);
  const config = readApiConfig({ SESSIONS_API_KEY: 'key', SESSIONS_API_URL: api.url, API_RATE: '1000' });
  const environment = createBatchEnvironment(
    { ...config, graceMs: 0, memory: { table: undefined, days: 15 } },
    async () => 'key',
  );
  const time = { signal: AbortSignal.timeout(250), deadline: Date.now() + 250 };
  const records = events.map((event, index) => sqsRecord(event, `m${index}`));
  const report = await handleBatch(records, time, environment);
  await api.stop();
  return report.outcomes;
}

test('any answers of the API: no crash, no unhandled rejection, one outcome a record', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 12 }), async (script) => {
      const outcomes = await outcomesAgainst(script);
      expect(outcomes).toHaveLength(events.length);
      expect(unhandled).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

const noSuccess: fc.Arbitrary<ScriptedAnswer> = fc.oneof(
  fc.record({
    status: fc.constantFrom(302, 401, 403, 404, 408, 425, 429, 500, 503),
    body: fc.constant('<html>'),
  }),
  fc.constant('reset' as const),
);

test('an API that never answers with a 2xx gets nothing acknowledged', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(noSuccess, { minLength: 1, maxLength: 8 }), async (script) => {
      const outcomes = await outcomesAgainst(script);
      expect(outcomes.map(({ kind }) => kind)).toEqual(events.map(() => 'retry'));
    }),
    { numRuns: 30 },
  );
});
