/** A chaos run: events through real SQS into processes that are killed, against an API that misbehaves. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '@aws-sdk/client-sqs';
import { ReceiveMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { seededRandom } from '../../cli/random.ts';
import { chunks } from '../../lib/runtime/lists.ts';
import { startEventSource } from '../../local/event-source.ts';
import type { FaultInput } from '../../local/sandbox/index.ts';
import { startStage } from '../support/stage.ts';
import { createEnvironments } from './environments.ts';
import { createScenario } from './scenario.ts';

/**
 * The faults, one set after the other. Missing routes come first: a 404 means nothing to an environment that is new. Then
 * bulk stops that leave sessions out: events by deployment or tag are sent after these, because what such a stop leaves out
 * of its last answer is believed.
 */
const LYING_BULK_STOPS: FaultInput[] = [
  { routesMissing: 1 },
  { throttle: 0.3, retryAfterSeconds: 1, partialProcessable: 0.3 },
  {
    unknownList: 0.3,
    repeatPages: 0.2,
    bulkRefusesUnknown: 0.3,
    notProcessable: ['s11', 's12', 's13', 's14'],
  },
];
const FAULTS: FaultInput[] = [
  { serverError: 0.3, latencyMs: 20 },
  { reset: 0.3, lostAnswer: 0.3 },
  { rejectKey: 0.3, notJson: 0.3 },
  { redirect: 0.2, serverError: 0.2, echoHeaders: 1, missingMembers: 0.3, nullUsers: 0.3 },
  { processableEmpty: 0.3, processableNull: 0.2, processableStrings: 0.2, processableUnreadable: 0.2 },
  { serverError: 0.3, reset: 0.3, lostAnswer: 0.3, notJson: 0.3, unknownList: 0.3 },
];
const VISIBILITY_SECONDS = 8;
const KEY = 'sandbox-key';

/** How long and how much. */
export interface ChaosOptions {
  seed: number;
  /** About so many events. */
  events: number;
  /** How long each set of faults lasts, in milliseconds. */
  faultMs: number;
  /** Environments that run at once; they share the memory's table. */
  environments: number;
}

/** What a run found; all lists must be empty. */
export interface ChaosReport {
  seed: number;
  events: number;
  malformed: number;
  /** Users that both leave and join. */
  rejoining: number;
  kills: number;
  apiCalls: number;
  /** Sessions or users that are not as they must be. */
  wrong: string[];
  /** Malformed bodies that are not in the dead-letter queue with a reason, or others that are. */
  misplaced: string[];
  /** Requests that could have deleted everything. */
  dangerous: number;
  /** Whether the API key stood in anything that was written. */
  keyLeaked: boolean;
}

/** Runs chaos, then calm until the queue is empty, and looks at what is left. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, events, faultMs } = options;
  const scenario = createScenario(seed, events, Date.now());
  const stage = await startStage({
    visibilityTimeoutSeconds: VISIBILITY_SECONDS,
    memory: true,
    env: { API_RATE: '1000', API_TIMEOUT_MS: '1000' },
  });
  const { sandbox, client, queueUrl } = stage;
  sandbox.store.add(scenario.sessions);
  const environments = createEnvironments(stage.environment());
  const send = async (bodies: readonly string[]): Promise<void> => {
    for (const part of chunks(bodies, 10)) {
      const Entries = part.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
      await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    }
  };
  await send(scenario.bodies);
  const source = await startEventSource({
    client,
    queueUrl,
    batchSize: 100,
    windowMs: 200,
    maximumConcurrency: options.environments,
    invoke: environments.invoke,
  });
  const misbehave = misbehaving(sandbox.faults, environments.kill, seededRandom(seed), faultMs);
  await misbehave(LYING_BULK_STOPS);
  await send(scenario.selectors);
  await misbehave(FAULTS);
  sandbox.faults.set({});
  await stage.drained();
  await source.stop();
  environments.stop();

  const letters = await readAll(() =>
    client.send(
      new ReceiveMessageCommand({
        QueueUrl: stage.deadLetterQueueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
      }),
    ),
  );
  const report: ChaosReport = {
    seed,
    events: scenario.bodies.length + scenario.selectors.length,
    malformed: scenario.malformed.length,
    rejoining: scenario.rejoining,
    kills: environments.kills,
    apiCalls: sandbox.requests().length,
    wrong: wrongSessions(scenario.left, sandbox.store.sessions()),
    misplaced: misplacedLetters(scenario.malformed, letters),
    dangerous: sandbox.requests().filter((request) => request.dangerous).length,
    keyLeaked: `${environments.output()}${JSON.stringify(letters)}`.includes(KEY),
  };
  await stage.stop();
  return report;
}

function misbehaving(
  faults: { set(input: FaultInput): unknown },
  kill: () => void,
  random: () => number,
  faultMs: number,
) {
  return async (sets: readonly FaultInput[]): Promise<void> => {
    for (const set of sets) {
      faults.set({ ...set, seed: Math.floor(random() * 1e6) });
      for (const part of [random(), random()]) {
        await sleep((faultMs * part) / 2);
        kill();
      }
      if (set.routesMissing !== undefined) {
        // What has seen the routes missing goes on to mistrust every 404 for 5 minutes; it ends here.
        kill();
        kill();
        kill();
      }
    }
  };
}

async function readAll(receive: () => Promise<{ Messages?: Message[] | undefined }>): Promise<Message[]> {
  const all: Message[] = [];
  for (;;) {
    const { Messages = [] } = await receive();
    if (Messages.length === 0) return all;
    all.push(...Messages);
  }
}

function wrongSessions(
  expected: ReadonlyMap<string, string[]>,
  found: readonly { session_id: string; users: readonly string[] }[],
): string[] {
  const left = new Map(found.map(({ session_id, users }) => [session_id, users.toSorted().join()]));
  const ids = new Set([...expected.keys(), ...left.keys()]);
  return [...ids].flatMap((id) => {
    const [want, have] = [expected.get(id)?.toSorted().join(), left.get(id)];
    return want === have ? [] : [`${id}: expected ${want ?? 'gone'}, found ${have ?? 'gone'}`];
  });
}

/** Delivered twice, a malformed body may have two letters. */
function misplacedLetters(malformed: readonly string[], letters: readonly Message[]): string[] {
  const withReason = new Set(
    letters
      .filter(({ MessageAttributes }) => MessageAttributes?.ERROR_CODE?.StringValue === 'INVALID_EVENT')
      .filter(({ MessageAttributes }) => MessageAttributes?.ERROR_MESSAGE?.StringValue)
      .map(({ Body }) => Body ?? ''),
  );
  const missing = malformed.filter((body) => !withReason.has(body)).map((body) => `missing: ${body}`);
  const others = letters
    .filter(({ Body = '' }) => !malformed.includes(Body))
    .map(({ Body }) => `needless: ${Body}`);
  return [...missing, ...others];
}
