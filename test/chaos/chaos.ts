/** A chaos run: events through real SQS into processes that are killed, against an API that misbehaves. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '@aws-sdk/client-sqs';
import { ReceiveMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { seededRandom } from '../../cli/random.ts';
import { startEventSource } from '../../local/event-source.ts';
import type { FaultInput } from '../../local/sandbox/index.ts';
import { startStage } from '../support/stage.ts';
import { createEnvironments } from './environments.ts';
import { createScenario } from './scenario.ts';

/** The faults, one set after the other. Missing routes come first: a 404 means nothing to an environment that is new. */
const FAULTS: FaultInput[] = [
  { routesMissing: 1 },
  { serverError: 0.3, latencyMs: 20 },
  { reset: 0.3, lostAnswer: 0.3 },
  { throttle: 0.3, retryAfterSeconds: 1, partialProcessable: 0.3 },
  { rejectKey: 0.3, notJson: 0.3 },
  { serverError: 0.3, reset: 0.3, lostAnswer: 0.3, notJson: 0.3, partialProcessable: 0.3 },
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
}

/** What a run found; all lists must be empty. */
export interface ChaosReport {
  seed: number;
  events: number;
  malformed: number;
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
export async function runChaos({ seed, events, faultMs }: ChaosOptions): Promise<ChaosReport> {
  const scenario = createScenario(seed, events);
  const stage = await startStage({
    visibilityTimeoutSeconds: VISIBILITY_SECONDS,
    // Kind: while an API hides tags, a late tag.retired waits for minutes, longer with every receive.
    kind: true,
    env: { API_RATE: '1000', API_TIMEOUT_MS: '1000' },
  });
  const { sandbox, client, queueUrl } = stage;
  sandbox.store.add(scenario.sessions);
  const environments = createEnvironments(stage.environment());
  for (let start = 0; start < scenario.bodies.length; start += 10) {
    const Entries = scenario.bodies
      .slice(start, start + 10)
      .map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
  const source = await startEventSource({
    client,
    queueUrl,
    batchSize: 100,
    windowMs: 200,
    maximumConcurrency: 2,
    invoke: environments.invoke,
  });
  await misbehave(sandbox.faults, environments.kill, seededRandom(seed), faultMs);
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
    events: scenario.bodies.length,
    malformed: scenario.malformed.length,
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

async function misbehave(
  faults: { set(input: FaultInput): unknown },
  kill: () => void,
  random: () => number,
  faultMs: number,
): Promise<void> {
  for (const set of FAULTS) {
    faults.set({ ...set, seed: Math.floor(random() * 1e6) });
    for (const part of [random(), random()]) {
      await sleep((faultMs * part) / 2);
      kill();
    }
    if (set.routesMissing !== undefined) {
      // What has seen the routes missing goes on to mistrust every 404 for 5 minutes; it ends here.
      kill();
      kill();
    }
  }
  faults.set({});
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
