/**
 * The Serverless plugin of the local stage: gives `serverless offline start` the queues of serverless.yml,
 * the sandbox Sessions API, the SQS event source, the sweep's schedule, and the console. Does nothing for any other command.
 */
import * as z from 'zod/mini';
import type { Console } from '../console/server.ts';
import {
  LOCAL_CREDENTIALS,
  LOCAL_EDGEGAP_TOKEN,
  LOCAL_HOOK_SECRET,
  LOCAL_REGION,
  LOCAL_SWEEP,
  type LocalStage,
  localStage,
  SANDBOX_API_KEY,
} from '../local-addresses.ts';
import { createLineFeed, type LineFeed, localSource } from './console.ts';
import { banner, failedBatchLine, failedSweepLine, rewriteLines, showLine } from './console-lines.ts';
import {
  createTables,
  type LocalDynamoDb,
  type LocalTable,
  readTables,
  startLocalDynamoDb,
  tableName,
} from './dynamodb.ts';
import { type EventSource, startEventSource } from './event-source.ts';
import { createInvoke } from './invoke.ts';
import { requireFreePorts } from './ports.ts';
import { createQueues, type LocalQueue, readQueues, resolveReference } from './queues.ts';
import { type Schedule, startSchedule } from './schedule.ts';
import { type LocalSqs, startLocalSqs } from './sqs-server.ts';

/** What of Serverless' own object the plugin reads, and sets: the environments. */
interface Serverless {
  service: {
    provider: { stage?: string };
    custom?: unknown;
    resources?: unknown;
    functions: Record<string, ServerlessFunction>;
  };
}

interface ServerlessFunction {
  name?: string;
  environment?: Record<string, unknown>;
  events?: unknown[];
}

const HOST = '127.0.0.1';
const SWEEP_FUNCTION = 'stale-sessions';
/** Ctrl-C: what is in flight may take this long, in milliseconds. */
const GRACE_MS = 1000;
const OFFLINE_LAMBDA_PORT = 3002;

const Port = z.coerce.number().check(z.int(), z.gte(1), z.lte(65_535));
const OfflineOptions = z.looseObject({ lambdaPort: z.optional(Port) });
const Custom = z.nullish(z.looseObject({ 'serverless-offline': z.optional(OfflineOptions) }));
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
export default function localStagePlugin(serverless: Serverless, options: Record<string, unknown>) {
  let running: Running | undefined;
  const lambdaPort = (): number => {
    const custom = Custom.parse(serverless.service.custom)?.['serverless-offline']?.lambdaPort;
    return OfflineOptions.parse(options).lambdaPort ?? custom ?? OFFLINE_LAMBDA_PORT;
  };
  return {
    hooks: {
      'offline:start:init': async () => {
        running = await exitOnProblem(() => start(serverless, lambdaPort()));
      },
      'offline:start:ready': async () => {
        const started = running;
        if (started !== undefined) await exitOnProblem(() => listen(serverless, started, lambdaPort()));
      },
      'offline:start:end': async () => {
        if (running !== undefined) await stop(running);
      },
    },
  };
}

async function start({ service }: Serverless, lambdaPort: number): Promise<Running> {
  if (service.provider.stage !== 'local') {
    throw new Error('The local stage is the stage "local": run npm start, or add --stage local.');
  }
  const stage = localStage(process.env);
  await requireFreePorts(
    [
      { port: stage.sqsPort, variable: 'LOCAL_SQS_PORT', what: 'the embedded SQS' },
      { port: stage.sandboxPort, variable: 'LOCAL_SANDBOX_PORT', what: 'the sandbox Sessions API' },
      { port: stage.hookPort, variable: 'LOCAL_HOOK_PORT', what: 'the hook' },
      { port: stage.dynamoDbPort, variable: 'LOCAL_DYNAMODB_PORT', what: 'the embedded DynamoDB' },
      { port: stage.consolePort, variable: 'LOCAL_CONSOLE_PORT', what: 'the console' },
      { port: lambdaPort, variable: 'LOCAL_LAMBDA_PORT', what: 'the functions' },
    ],
    HOST,
  );
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

/** Points every function at the local queues and the sandbox, whatever the machine's AWS configuration says. */
function setEnvironments(
  functions: Serverless['service']['functions'],
  stage: LocalStage,
  queues: readonly LocalQueue[],
  tables: readonly LocalTable[],
): void {
  for (const definition of Object.values(functions)) {
    const own = Object.entries(definition.environment ?? {});
    definition.environment = {
      ...Object.fromEntries(
        own.map(([name, value]) => [name, tableName(value, tables) ?? resolveReference(value, queues)]),
      ),
      SESSIONS_API_KEY: SANDBOX_API_KEY,
      SESSIONS_API_URL: stage.sandboxUrl,
      ...LOCAL_SWEEP,
      HOOK_SIGNING_SECRET: LOCAL_HOOK_SECRET,
      HOOK_EDGEGAP_TOKEN: LOCAL_EDGEGAP_TOKEN,
      AWS_ENDPOINT_URL_SQS: stage.sqsUrl,
      AWS_ENDPOINT_URL_DYNAMODB: stage.dynamoDbUrl,
      AWS_REGION: LOCAL_REGION,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      // A profile or a session of the machine would win over the credentials above.
      AWS_PROFILE: '',
      AWS_SESSION_TOKEN: '',
    };
  }
}

/** Starts an event source for each `sqs` event and the sweep's schedule, and says that the stage is ready. */
async function listen({ service }: Serverless, running: Running, lambdaPort: number): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    rewriteLines(stream, (line) => {
      running.feed.push(line);
      return showLine(line, new Date());
    });
  }
  running.console = await serveConsole(service.functions, running);
  for (const [key, { name = '', events = [] }] of Object.entries(service.functions)) {
    const invoke = createInvoke(`http://${HOST}:${lambdaPort}`, name, running.invocations.signal);
    if (key === SWEEP_FUNCTION) running.parts.push(startSweeps(running, () => invoke({})));
    for (const event of events) {
      const sqs = SqsEvent.safeParse(event).data?.sqs;
      const arn = resolveReference(sqs?.arn, running.queues);
      const queue = running.queues.find((candidate) => candidate.arn === arn);
      if (sqs === undefined || queue === undefined) continue;
      const source = startEventSource({
        client: running.sqs.client,
        queueUrl: queue.url,
        invoke,
        batchSize: sqs.batchSize,
        windowMs: sqs.maximumBatchingWindow * 1000,
        maximumConcurrency: sqs.maximumConcurrency,
        onBatch: ({ records, error }) => {
          if (error === undefined || running.invocations.signal.aborted) return;
          process.stdout.write(failedBatchLine(records, error, new Date()));
        },
      });
      running.parts.push(source);
    }
  }
  process.stdout.write(banner(running.stage, running.sessions, running.console.url));
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
