/**
 * The Serverless plugin of the local stage: gives `serverless offline start` the queues of serverless.yml,
 * the sandbox Sessions API, the SQS event source, the sweep's schedule, and the console. Does nothing for any other command.
 */
import * as z from 'zod/mini';
import type { Console } from '../console/server.ts';
import {
  LOCAL_PORTS,
  type LocalStage,
  localStage,
  portSettings,
  SANDBOX_API_KEY,
} from '../local-addresses.ts';
import { createLineFeed, type LineFeed, localSource } from './console.ts';
import {
  banner,
  failedBatchLine,
  failedSweepLine,
  rewriteLines,
  showLine,
  workingLine,
} from './console-lines.ts';
import {
  createTables,
  type LocalDynamoDb,
  type LocalTable,
  readTables,
  startLocalDynamoDb,
} from './dynamodb.ts';
import { type StageFunction, setEnvironments } from './environments.ts';
import { type EventSource, type EventSourceOptions, startEventSource } from './event-source.ts';
import { guardServers } from './guard.ts';
import { createInvoke } from './invoke.ts';
import { requireFreePorts } from './ports.ts';
import { createQueues, type LocalQueue, readQueues, resolveReference } from './queues.ts';
import { type Schedule, startSchedule } from './schedule.ts';
import { type LocalSqs, startLocalSqs } from './sqs-server.ts';

/** What of Serverless' own object the plugin reads, and sets: the environments. */
interface Serverless {
  service: {
    provider: { stage?: string };
    custom?: Record<string, unknown>;
    resources?: unknown;
    functions: Record<string, StageFunction>;
  };
}

const HOST = '127.0.0.1';
const SWEEP_FUNCTION = 'stale-sessions';
/** Ctrl-C: what is in flight may take this long, in milliseconds. */
const GRACE_MS = 1000;
/** How often the stage reports a batch that is not answered, in milliseconds. */
const WORKING_MS = 5000;

const Custom = z.looseObject({ 'serverless-offline': z.looseObject({}) });
const SqsEvent = z.object({
  sqs: z.looseObject({
    arn: z.unknown(),
    batchSize: z._default(z.number(), 10),
    maximumBatchingWindow: z._default(z.number(), 0),
    maximumConcurrency: z._default(z.number(), 2),
  }),
});

interface Running {
  stage: LocalStage;
  queues: LocalQueue[];
  sqs: LocalSqs;
  tables: LocalTable[];
  dynamoDb: LocalDynamoDb;
  stopSandbox: () => Promise<void>;
  sessions: number;
  /** The functions' log lines, for the console. */
  feed: LineFeed;
  console?: Console;
  /** What ends before the queues and the API do. */
  parts: (EventSource | Schedule)[];
  invocations: AbortController;
}

/** The plugin. Serverless calls it with `new`; what it returns is the plugin's object. */
export default function localStagePlugin(serverless: Serverless) {
  let running: Running | undefined;
  return {
    hooks: {
      'offline:start:init': async () => {
        running = await exitOnProblem(() => start(serverless));
      },
      'offline:start:ready': async () => {
        const started = running;
        if (started !== undefined) await exitOnProblem(() => listen(serverless, started));
      },
      'offline:start:end': async () => {
        if (running !== undefined) await stop(running);
      },
    },
  };
}

async function start({ service }: Serverless): Promise<Running> {
  if (service.provider.stage !== 'local') {
    throw new Error('The local stage is the stage "local": run npm start, or add --stage local.');
  }
  const stage = localStage(process.env);
  await requireFreePorts(
    LOCAL_PORTS.map(({ key, variable, what }) => ({ port: stage[key], variable, what })),
    HOST,
  );
  guardServers();
  setPorts(service, stage);
  const queues = readQueues(service.resources, stage.sqsUrl);
  const sqs = await startLocalSqs(stage.sqsPort);
  await createQueues(sqs.client, queues);
  const tables = readTables(service.resources);
  const dynamoDb = await startLocalDynamoDb(stage.dynamoDbPort);
  await createTables(dynamoDb.url, tables);
  // Loaded here, because every other command loads this file too.
  const { seedPopulation, startSandbox } = await import('./sandbox/index.ts');
  const sandbox = await startSandbox({ port: stage.sandboxPort, host: HOST, apiKey: SANDBOX_API_KEY });
  seedPopulation(sandbox.store);
  setEnvironments(service.functions, stage, queues, tables);
  const sessions = sandbox.store.sessions().length;
  const invocations = new AbortController();
  const own = { stage, queues, sqs, tables, dynamoDb, stopSandbox: sandbox.stop, sessions, invocations };
  return { ...own, feed: createLineFeed(), parts: [] };
}

/** Has serverless-offline listen on the ports of the stage. */
function setPorts(service: Serverless['service'], { hookPort, lambdaPort }: LocalStage): void {
  const custom = Custom.parse(service.custom);
  const offline = { ...custom['serverless-offline'], httpPort: hookPort, lambdaPort };
  service.custom = { ...custom, 'serverless-offline': offline };
}

/** Starts an event source for each `sqs` event and the sweep's schedule, and says that the stage is ready. */
async function listen({ service }: Serverless, running: Running): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    rewriteLines(stream, (line) => {
      running.feed.push(line);
      return showLine(line, new Date());
    });
  }
  running.console = await serveConsole(service.functions, running);
  for (const [key, { name = '', events = [] }] of Object.entries(service.functions)) {
    const url = `http://${HOST}:${running.stage.lambdaPort}`;
    const invoke = createInvoke(url, name, running.invocations.signal);
    if (key === SWEEP_FUNCTION) running.parts.push(startSweeps(running, () => invoke({})));
    for (const event of events) {
      const sqs = SqsEvent.safeParse(event).data?.sqs;
      const arn = resolveReference(sqs?.arn, running.queues);
      const queue = running.queues.find((candidate) => candidate.arn === arn);
      if (sqs === undefined || queue === undefined) continue;
      running.parts.push(startEvents(running, { invoke, queueUrl: queue.url, ...sqs }));
    }
  }
  process.stdout.write(
    banner(running.stage, {
      sessions: running.sessions,
      consoleUrl: running.console.url,
      settings: portSettings(process.env),
    }),
  );
}

type SqsSettings = Pick<EventSourceOptions, 'invoke' | 'queueUrl'> & z.infer<typeof SqsEvent>['sqs'];

function startEvents({ sqs, invocations }: Running, settings: SqsSettings): EventSource {
  const { invoke, queueUrl, batchSize, maximumBatchingWindow, maximumConcurrency } = settings;
  return startEventSource({
    client: sqs.client,
    queueUrl,
    invoke,
    batchSize,
    windowMs: maximumBatchingWindow * 1000,
    maximumConcurrency,
    working: {
      everyMs: WORKING_MS,
      report: (records, elapsedMs) => {
        process.stdout.write(workingLine(records, elapsedMs, new Date()));
      },
    },
    onBatch: ({ records, error }) => {
      if (error === undefined || invocations.signal.aborted) return;
      process.stdout.write(failedBatchLine(records, error, new Date()));
    },
  });
}

async function serveConsole(
  functions: Serverless['service']['functions'],
  { stage, queues, sqs, tables, dynamoDb, feed }: Running,
): Promise<Console> {
  // Loaded here, because every other command loads this file too.
  const { startConsole } = await import('../console/server.ts');
  const variables = Object.values(functions).flatMap(({ environment = {} }) => Object.entries(environment));
  const env = Object.fromEntries(variables.map(([name, value]) => [name, String(value)]));
  const source = localSource({
    stage,
    queues,
    sqs: sqs.client,
    tables,
    dynamoDbUrl: dynamoDb.url,
    feed,
    env,
  });
  return await startConsole({ source, port: stage.consolePort, readOnly: false });
}

/** In serverless.yml the schedule is a resource, not an event. */
function startSweeps({ stage, invocations }: Running, invoke: () => Promise<unknown>): Schedule {
  return startSchedule(invoke, stage.sweepSeconds * 1000, (error) => {
    if (!invocations.signal.aborted) process.stdout.write(failedSweepLine(error, new Date()));
  });
}

async function stop(running: Running): Promise<void> {
  const { parts, sqs, dynamoDb, stopSandbox, invocations } = running;
  await running.console?.stop();
  const grace = setTimeout(() => invocations.abort(), GRACE_MS);
  await Promise.all(parts.map((part) => part.stop()));
  clearTimeout(grace);
  await Promise.all([sqs.stop(), dynamoDb.stop(), stopSandbox()]);
}

/** A problem at the start is one line for a person, not Serverless' report of a crash. */
async function exitOnProblem<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
