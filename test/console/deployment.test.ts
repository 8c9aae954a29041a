/** `npm run console -- --stage NAME`: the real program, against servers that answer as AWS does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, type TestContext, test } from 'vitest';
import { parseJson } from '../../lib/runtime/json.ts';
import { startSandbox } from '../../local/sandbox/index.ts';
import { auditLine, batchLine } from '../support/console.ts';
import { listenLocally } from '../support/http.ts';
import { startSqs } from '../support/sqs.ts';

const PROGRAM = fileURLToPath(new URL('../../console/main.ts', import.meta.url));
const SECRET_KEY = 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY';

/** A request to AWS, as it came. */
interface AwsRequest {
  /** The operation, or the path. */
  what: string;
  authorization: string;
  body: unknown;
}

/** What AWS knows of the stage `prod`, in its own words. */
async function startAws({ onTestFinished }: TestContext) {
  const sandbox = await startSandbox({ rate: Number.POSITIVE_INFINITY, kind: true });
  const sqs = await startSqs();
  const requests: AwsRequest[] = [];
  const logs = [
    auditLine('r1', { operation: 'sessionDelete', targets: ['a'], call: 1 }),
    batchLine('r1', { done: 1 }),
  ];
  const configuration = (name: string): object | undefined =>
    /session-hooks-prod-(session-events|stale-sessions)\b/.test(name)
      ? {
          FunctionName: name,
          LoggingConfig: { LogGroup: `/logs/${name}` },
          Environment: {
            Variables: {
              SESSIONS_API_KEY: 'ssm:/session-hooks/prod/api-key',
              SESSIONS_API_URL: sandbox.url,
              EVENTS_QUEUE_URL: sqs.queueUrl,
              DEAD_LETTER_QUEUE_URL: sqs.deadLetterQueueUrl,
              MEMORY_TABLE: 'session-hooks-prod-memory',
              SWEEP_MODE: 'report',
            },
          },
        }
      : undefined;

  /** Lines come in two pages, and only those of session-events. */
  function filterLogEvents({
    logGroupName,
    nextToken,
  }: {
    logGroupName: string;
    nextToken?: string;
  }): object {
    if (!logGroupName.endsWith('session-events')) return { events: [] };
    const event = (index: number) => ({ eventId: `${index}`, message: logs[index], timestamp: Date.now() });
    return nextToken === undefined ? { events: [event(0)], nextToken: 'more' } : { events: [event(1)] };
  }

  function getMetricData({
    EndTime,
    MetricDataQueries: queries,
  }: {
    EndTime: number;
    MetricDataQueries: { Id: string }[];
  }) {
    const minute = EndTime - 120;
    return {
      MetricDataResults: queries.map(({ Id }, index) => ({ Id, Timestamps: [minute], Values: [index + 1] })),
    };
  }

  const answers: Record<string, (body: never) => object | undefined> = {
    'Logs_20140328.FilterLogEvents': filterLogEvents,
    'GraniteServiceVersion20100801.GetMetricData': getMetricData,
    'AmazonSSM.GetParameter': () => ({ Parameter: { Value: 'sandbox-key' } }),
  };
  const server = createServer(async (request, response) => {
    const { authorization = '', 'x-amz-target': target = request.url ?? '' } = request.headers;
    const body = parseJson(await text(request));
    const what = String(target);
    requests.push({ what, authorization, body });
    const answer = answers[what]?.(body as never) ?? configuration(what.split('/')[3] ?? '');
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { Message: `Function not found: ${what}` }));
  });
  const aws = await listenLocally(server);
  onTestFinished(() => Promise.all([aws.stop(), sandbox.stop(), sqs.stop()]).then(() => undefined));
  return { url: aws.url, requests, sandbox, sqs };
}

/** Runs the program with the credentials of an operator. */
function run(context: TestContext, awsUrl: string, ...args: string[]) {
  const child = spawn(process.execPath, [PROGRAM, '--region', 'eu-central-1', '--port', '0', ...args], {
    env: {
      PATH: process.env.PATH,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: SECRET_KEY,
      AWS_ENDPOINT_URL: awsUrl,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  context.onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** Reads a stream until it has all of these. */
async function readUntil(answer: Response, ...parts: string[]): Promise<string> {
  let content = '';
  if (answer.body === null) return content;
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    content += chunk;
    if (parts.every((part) => content.includes(part))) return content;
  }
  return content;
}

test('it shows the queues, metrics, batches and sessions of a deployment, read-only, and no secret', async (context) => {
  const { url: awsUrl, requests, sandbox } = await startAws(context);
  sandbox.store.add([{ session_id: 'a' }]);
  const child = run(context, awsUrl, '--stage', 'prod');
  const [output] = await once(child.stdout.setEncoding('utf8'), 'data');
  expect(output).toContain('The console of session-hooks prod, eu-central-1 (read-only');
  const { origin, hash } = new URL(/http:\S+/.exec(String(output))?.[0] ?? '');
  const headers = { authorization: `Bearer ${hash.slice(1)}`, 'content-type': 'application/json' };

  const stream = await fetch(`${origin}/api/stream`, { headers });
  const told = await readUntil(stream, 'event: flow', 'event: batches');
  expect(told).toContain('"readOnly":true');
  expect(told).toContain('"name":"session-hooks prod, eu-central-1"');
  const flow = parseJson(/event: flow\ndata: (.*)/.exec(told)?.[1] ?? '');
  expect(flow).toMatchObject({ queues: { queued: 0, inFlight: 0, deadLetters: 0 }, problem: null });
  expect(flow).toHaveProperty('points.length', 181);
  const point = { events: 1, calls: 2, saved: 3, queued: 4, inFlight: 5, deadLetters: 6, oldestMs: 7000 };
  expect(flow).toHaveProperty('points', expect.arrayContaining([expect.objectContaining(point)]));

  const batch = await (await fetch(`${origin}/api/batches/r1`, { headers })).text();
  expect(parseJson(batch)).toMatchObject([{ operation: 'sessionDelete', targets: ['a'] }]);
  const sessions = await (await fetch(`${origin}/api/sessions`, { headers })).text();
  expect(parseJson(sessions)).toMatchObject({ rows: [{ id: 'a' }] });
  const body = JSON.stringify({ confirm: 'a' });
  expect((await fetch(`${origin}/api/sessions/a`, { method: 'DELETE', headers, body })).status).toBe(403);
  expect((await fetch(`${origin}/api/faults`, { headers })).status).toBe(404);

  for (const shown of [told, batch, sessions])
    expect(shown).not.toMatch(new RegExp(`sandbox-key|${SECRET_KEY}`));
  const scopes = requests.map(
    ({ authorization }) => /\/eu-central-1\/(\w+)\/aws4_request/.exec(authorization)?.[1],
  );
  expect(new Set(scopes)).toEqual(new Set(['lambda', 'logs', 'monitoring', 'ssm']));
});

test('a stage that does not exist is named, with what AWS says', async (context) => {
  const { url } = await startAws(context);
  const child = run(context, url, '--stage', 'nowhere');
  const errors = await text(child.stderr);
  expect(errors).toMatch(/^AWS lambda refused: .*session-hooks-nowhere-(session-events|stale-sessions).*\n$/);
  expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(1);
});

test('without a stage, or with an unknown option, it says what to do and ends with status 2', async (context) => {
  for (const [args, words] of [
    [[], /Name a deployment with --stage.*npm start/],
    [['--stage', 'prod', '--porte', '1'], /--porte.*See --help/],
    [['--stage', 'prod', '--port', 'x'], /--port is "x"/],
  ] as const) {
    const child = run(context, 'http://127.0.0.1:1', ...args);
    expect(await text(child.stderr)).toMatch(words);
    expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(2);
  }
});
