/**
 * For each failure of the outcome table, the alarms that fire: those of the packaged template, evaluated on the
 * metrics that the built function wrote.
 */
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { LOCAL_SWEEP } from '../../local-addresses.ts';
import { fires, type Slot, slotOf } from '../support/cloudwatch.ts';
import { startFunction } from '../support/lambda.ts';
import { sqsRecord } from '../support/records.ts';
import { startScriptedApi } from '../support/scripted-api.ts';
import { startStage } from '../support/stage.ts';
import { packageStack, resolved } from '../support/template.ts';

const stack = await packageStack('test');
const servers: { stop: () => Promise<void> }[] = [];
afterAll(async () => {
  await stack.remove();
  await Promise.all(servers.map((server) => server.stop()));
});

const EVENTS = 'ref:SessionDasheventsLambdaFunction';
const SWEEP = 'ref:StaleDashsessionsLambdaFunction';
const DEAD_LETTERS = 'AWS/SQS ApproximateNumberOfMessagesVisible DeadLettersQueue.QueueName';

const alarms = Object.entries(stack.resources).filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');

/** The names of the alarms that are in the state ALARM, without the word. */
function firing(...slots: Slot[]): string[] {
  const names = alarms.filter(([, { Properties }]) => fires(resolved(Properties), slots));
  return names.map(([id]) => id.replace('Alarm', '')).toSorted();
}

/** A sweep ends every ten minutes: only the tests of the sweep look at its alarm. */
const withSweep = (slot: Slot): Slot => new Map([...slot, [`SessionHooks SweepDuration ${SWEEP}`, [1000]]]);

type Stage = Awaited<ReturnType<typeof startStage>>;

/** A failure. */
interface Row {
  what: string;
  /** Prepares the API, and returns more variables of the function. */
  given?: (stage: Stage) => Promise<Record<string, string>> | Record<string, string>;
  events: readonly unknown[];
  /** How long ago SQS took the events. */
  sentSecondsAgo?: number;
  timeoutMs?: number;
  /** What fires after one such batch, and once there was one in three periods in a row. */
  once: string[];
  lasting: string[];
}

const ended = (session_id: string) => ({ type: 'match.ended', data: { session_id } });
const left = (session_id: string) => ({ type: 'user.left', data: { session_id, ip_list: ['10.0.0.1'] } });
const faults =
  (settings: Parameters<Stage['sandbox']['faults']['set']>[0]) =>
  ({ sandbox }: Stage) => {
    sandbox.faults.set(settings);
    return {};
  };
/** Where nothing listens. */
const NOWHERE = 'http://127.0.0.1:9';

const ROWS: Row[] = [
  { what: 'done', events: [ended('a')], once: [], lasting: [] },
  { what: 'gone', events: [ended('nobody-s')], once: [], lasting: [] },
  {
    what: 'an API that answers 500',
    given: faults({ serverError: 1 }),
    events: [ended('a')],
    once: [],
    lasting: ['EventsRetried'],
  },
  {
    what: 'a connection that is reset',
    given: faults({ reset: 1 }),
    events: [ended('a')],
    once: [],
    lasting: ['EventsRetried'],
  },
  {
    what: 'an API that does not answer in time',
    given: faults({ latencyMs: 60_000 }),
    events: [ended('a')],
    once: [],
    lasting: ['EventsRetried'],
  },
  {
    what: '429',
    given: faults({ throttle: 1 }),
    events: [ended('a')],
    once: [],
    lasting: ['ApiThrottled', 'EventsRetried'],
  },
  {
    what: 'a key that is refused',
    given: faults({ rejectKey: 1 }),
    events: [ended('a')],
    once: ['ApiAuthFailures'],
    lasting: ['ApiAuthFailures', 'EventsRetried'],
  },
  {
    what: 'a key that is rotated: one 401, then success',
    given: async () => {
      const api = await startScriptedApi([{ status: 401 }, { status: 200, body: {} }]);
      servers.push(api);
      return { SESSIONS_API_URL: api.url };
    },
    events: [ended('a')],
    once: [],
    lasting: [],
  },
  {
    what: 'a key that cannot be read',
    given: () => ({ SESSIONS_API_KEY: 'ssm:/session-hooks/test/api-key', AWS_ENDPOINT_URL_SSM: NOWHERE }),
    events: [ended('a')],
    once: ['SessionDasheventsErrors'],
    lasting: ['SessionDasheventsErrors'],
  },
  {
    what: 'an API without the session surface',
    given: faults({ routesMissing: 1 }),
    events: [ended('a')],
    once: ['ApiSurfaceMissing'],
    lasting: ['ApiSurfaceMissing', 'EventsRetried'],
  },
  {
    what: 'a call that the API refuses',
    given: faults({ refuse: ['a'] }),
    events: [ended('a')],
    once: ['DeadLetters'],
    lasting: ['DeadLetters'],
  },
  {
    what: 'a message that is not an event',
    events: ['hello'],
    once: ['DeadLetters'],
    lasting: ['DeadLetters'],
  },
  {
    what: 'a memory that does not answer, for events about users',
    given: () => ({ MEMORY_TABLE: 'memory', AWS_ENDPOINT_URL_DYNAMODB: NOWHERE }),
    events: [left('a')],
    once: ['MemoryUnavailable'],
    lasting: ['EventsRetried', 'MemoryUnavailable'],
  },
  {
    what: 'a memory that does not answer, for a match that ended',
    given: () => ({ MEMORY_TABLE: 'memory', AWS_ENDPOINT_URL_DYNAMODB: NOWHERE }),
    events: [ended('a')],
    timeoutMs: 10_000,
    once: ['MemoryUnavailable'],
    lasting: ['MemoryUnavailable'],
  },
  {
    what: 'more calls than the rate allows',
    given: () => ({ API_RATE: '1' }),
    events: Array.from({ length: 20 }, (_, index) => left(`s${index}`)),
    timeoutMs: 8000,
    once: [],
    lasting: [],
  },
  {
    what: 'a dead-letter queue that takes nothing',
    given: () => ({ DEAD_LETTER_QUEUE_URL: `${NOWHERE}/000000000000/dead-letters` }),
    events: ['hello'],
    once: [],
    lasting: ['EventsRetried'],
  },
  {
    what: 'an event that is done, and late',
    events: [ended('a')],
    sentSecondsAgo: 901,
    once: ['EventAge'],
    lasting: ['EventAge'],
  },
];

describe('session-events', () => {
  // Most rows wait until the invocation's time is over.
  test.concurrent.each(ROWS)('$what: $once at once, $lasting where it lasts', async (row) => {
    const slot = withSweep(await slotOfRow(row));
    expect(firing(slot)).toEqual(row.once);
    expect(firing(slot, slot, slot)).toEqual(row.lasting);
  });

  test('an alarm about what lasts ends once it has ended for a quarter of an hour', async () => {
    const retried = new Map([[`SessionHooks EventsRetried ${EVENTS}`, [1]]]);
    const calm = withSweep(new Map([[`SessionHooks EventsRetried ${EVENTS}`, [0]]]));
    const busy = withSweep(retried);
    expect(firing(busy, busy, busy, calm, calm, calm)).toEqual(['EventsRetried']);
    expect(firing(busy, busy, busy, calm, calm, calm, calm)).toEqual([]);
  });

  test('a late event that stays hidden for a quarter of an hour is one alarm, not one at each receive', () => {
    const late = withSweep(new Map([[`SessionHooks EventAge ${EVENTS}`, [1_000_000]]]));
    const silence = withSweep(new Map());
    for (const length of [0, 1, 2, 3])
      expect(firing(late, ...Array<Slot>(length).fill(silence))).toEqual(['EventAge']);
  });
});

/** One batch of the built function: its metrics, and what the dead-letter queue holds. */
async function slotOfRow({ given, events, sentSecondsAgo = 0, timeoutMs = 4000 }: Row): Promise<Slot> {
  const stage = await startStage({ kind: true, env: { API_RATE: '1000', API_TIMEOUT_MS: '1000' } });
  stage.sandbox.store.add([{ session_id: 'a', users: ['10.0.0.1'] }]);
  const env = { ...stage.environment(), ...(await given?.(stage)) };
  const SentTimestamp = String(Date.now() - sentSecondsAgo * 1000);
  const Records = events.map((event, index) => sqsRecord(event, `m${index}`, { SentTimestamp }));
  const environment = await startFunction('session-events', env, timeoutMs);
  const errors = await environment.invoke({ Records }).then(
    () => 0,
    () => 1,
  );
  // What a worker writes arrives after its answer.
  await vi.waitFor(() => expect(environment.logs.join('\n')).toMatch(/EventsReceived|invocation failed/));
  const counted = await stage.client.send(
    new GetQueueAttributesCommand({
      QueueUrl: stage.deadLetterQueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  await environment.stop();
  await stage.stop();
  const dead = Number(counted.Attributes?.ApproximateNumberOfMessages);
  const ofAws: [string, number[]][] = [
    [DEAD_LETTERS, [dead]],
    [`AWS/Lambda Errors ${EVENTS}`, [errors]],
  ];
  return new Map([...slotOf(environment.logs, EVENTS), ...ofAws]);
}

describe('stale-sessions', () => {
  const SILENT: Slot = new Map();

  test('a sweep that ends is no alarm; without one for half an hour there is', async () => {
    const slot = await slotOfSweep({});
    expect(firing(slot)).toEqual([]);
    expect(firing(slot, ...Array<Slot>(5).fill(SILENT))).toEqual([]);
    expect(firing(slot, ...Array<Slot>(6).fill(SILENT))).toEqual(['SweepMissing']);
  });

  test('a guard that trips', async () => {
    expect(firing(await slotOfSweep({ ...LOCAL_SWEEP, SWEEP_MAX_STOPS: '1' }))).toEqual([
      'SweepGuardTripped',
    ]);
  });

  async function slotOfSweep(extra: Record<string, string>): Promise<Slot> {
    const stage = await startStage({ kind: true });
    const created_at = '2026-01-01T00:00:00Z';
    stage.sandbox.store.add(['a', 'b', 'c'].map((session_id) => ({ session_id, created_at })));
    const environment = await startFunction('stale-sessions', { ...stage.environment(), ...extra }, 20_000);
    await environment.invoke({});
    await vi.waitFor(() => expect(environment.logs.join('\n')).toContain('SweepDuration'));
    await environment.stop();
    await stage.stop();
    return slotOf(environment.logs, SWEEP);
  }
});

test('an API that is down fails the sweep: Lambda counts it as an error', () => {
  expect(firing(withSweep(new Map([[`AWS/Lambda Errors ${SWEEP}`, [1]]])))).toEqual([
    'StaleDashsessionsErrors',
  ]);
});
