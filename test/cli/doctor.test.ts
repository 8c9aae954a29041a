/** `npm run doctor`: each thing that can be wrong is one line that says what to do, and nothing is changed. */
import { startFauxqs } from 'fauxqs';
import { describe, expect, type TestContext, test } from 'vitest';
import { createTables, startLocalDynamoDb } from '../../local/dynamodb.ts';
import { startSandbox } from '../../local/sandbox/index.ts';
import { LOCAL_QUEUE_NAMES, LOCAL_TABLE_NAME } from '../../local-addresses.ts';
import { runTool } from '../support/cli.ts';
import { type ScriptedAnswer, startScriptedApi } from '../support/scripted-api.ts';

type Context = Pick<TestContext, 'onTestFinished'>;

/** A local stage of the test's own. */
async function startStage({ onTestFinished }: Context) {
  const [sqs, sandbox, dynamoDb] = await Promise.all([
    startFauxqs({ port: 0, logger: false }),
    startSandbox({ rate: Number.POSITIVE_INFINITY, kind: true }),
    startLocalDynamoDb(),
  ]);
  onTestFinished(async () => {
    await Promise.all([sqs.stop(), sandbox.stop(), dynamoDb.stop()]);
  });
  for (const name of Object.values(LOCAL_QUEUE_NAMES)) sqs.createQueue(name);
  const properties = {
    TableName: LOCAL_TABLE_NAME,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  };
  await createTables(dynamoDb.url, [{ logicalId: 'T', name: LOCAL_TABLE_NAME, properties }]);
  const env = {
    LOCAL_SQS_PORT: String(sqs.port),
    LOCAL_SANDBOX_PORT: String(sandbox.port),
    LOCAL_DYNAMODB_PORT: new URL(dynamoDb.url).port,
  };
  return { sqs, sandbox, env };
}

/** Examines an API that answers so, one answer after the other; the last one is repeated. */
async function examine({ onTestFinished }: Context, ...answers: ScriptedAnswer[]) {
  const api = await startScriptedApi(answers);
  onTestFinished(() => api.stop());
  const ran = await runTool('doctor', [], { SESSIONS_API_KEY: 'hunter2', SESSIONS_API_URL: api.url });
  expect(`${ran.out}${ran.err}`).not.toContain('hunter2');
  return { ...ran, seen: api.seen, url: api.url };
}

const row = { session_id: 'a', status: 'Ready', ready: true, linked: true, kind: 'Seat', user_count: 1 };
const list = { status: 200, body: { data: [row], total_count: 1, pagination: { has_next: false } } };
const details = {
  ...row,
  create_time: '2026-01-01 00:00:00.000000',
  session_users: [],
  deployment: { tags: ['t'] },
};
const session = { status: 200, body: details };

test('a local stage that is well is a line "ok" for each check', async (context) => {
  const { env, sandbox } = await startStage(context);
  sandbox.store.add([{ session_id: 'a', users: ['192.0.2.1'], deployment_request_id: 'dep' }]);
  const { code, out, err } = await runTool('doctor', [], env);
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => /^(\S+) +([^:]+):/.exec(line)?.slice(1)),
  ).toEqual([
    ['ok', 'parameters of session-events'],
    ['ok', 'parameters of stale-sessions'],
    ['ok', 'key'],
    ['ok', 'surface'],
    ['ok', 'list'],
    ['ok', 'session'],
    ['ok', 'clock'],
    ['ok', 'events queue'],
    ['ok', 'dead letters'],
    ['ok', 'table'],
  ]);
  expect(err).toBe(`Target: local stage, ${sandbox.url}\n`);
  expect(code).toBe(0);
});

test.concurrent('dead letters and a queue that is missing', async (context) => {
  const { env, sqs } = await startStage(context);
  sqs.sendMessage(LOCAL_QUEUE_NAMES.deadLetters, '{');
  const missing = { ...env, EVENTS_QUEUE_URL: `http://127.0.0.1:${sqs.port}/000000000000/missing` };
  expect((await runTool('doctor', [], env)).out).toMatch(
    /^warn {2}dead letters: 1 message, 0 in flight\. Read why: npm run dead-letters -- list$/m,
  );
  const { code, out } = await runTool('doctor', [], {
    ...missing,
    SESSIONS_API_KEY: 'k',
    AWS_REGION: 'us-east-1',
  });
  expect(out).toMatch(/^fail {2}events queue: .*\. Check the URL/m);
  expect(code).toBe(1);
});

test.concurrent('a stage that is not running', async () => {
  const ports = { LOCAL_SQS_PORT: '24801', LOCAL_SANDBOX_PORT: '24802', LOCAL_DYNAMODB_PORT: '24803' };
  const { code, out, err } = await runTool('doctor', [], ports);
  for (const name of ['surface', 'events queue', 'dead letters', 'table'])
    expect(out).toMatch(new RegExp(`^fail {2}${name}: `, 'm'));
  expect(out).toContain('Is the local stage running (npm start)?');
  expect(err).toContain('4 checks of 10 failed.');
  expect(code).toBe(1);
});

describe.concurrent('an API', () => {
  test('is asked two questions and for the time, and nothing is changed', async (context) => {
    const { seen, code } = await examine(context, list, session);
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v1/sessions?page=1&limit=10',
      'GET /v1/session/a',
      'HEAD /',
    ]);
    expect(seen.at(-1)?.authorization).toBeUndefined();
    expect(code).toBe(0);
  });

  test.for([
    [401, 'fail  key: listSessions: .*401.* The key is not valid'],
    [403, 'fail  key: listSessions: .*403.* The key was deleted'],
    [404, 'fail  surface: listSessions: .*404.* Check SESSIONS_API_URL'],
    [503, 'fail  surface: listSessions: .*503.* Events wait in the queue'],
  ] as const)('that answers %i', async ([status, line], context) => {
    const { out, code } = await examine(context, { status });
    expect(out).toMatch(new RegExp(`^${line}`, 'm'));
    expect(code).toBe(1);
  });

  test('whose answer is not JSON is not the API', async (context) => {
    const { out } = await examine(context, { status: 200, body: '<html>' });
    expect(out).toMatch(/^fail {2}surface: .* this is not the API\.$/m);
  });

  test('that does not show what is used: what counts as unknown', async (context) => {
    const sparse = { status: 200, body: { data: [{ session_id: 'a', linked: true }] } };
    const { out, code } = await examine(context, sparse, {
      status: 200,
      body: { session_id: 'a', linked: true },
    });
    expect(out).toMatch(
      /^warn {2}list: .*; not shown: pagination, status, user_count\. What is not shown counts/m,
    );
    expect(out).toMatch(
      /^warn {2}session: a does not show: create_time, session_users, deployment\.tags\. /m,
    );
    expect(code).toBe(0);
  });

  test.for([
    [-3600, 'fail  clock: 3\\d\\d\\d s ahead of the API'],
    [3600, 'fail  clock: 3\\d\\d\\d s behind the API'],
    [60, 'warn  clock: \\d\\d s behind the API'],
    [0, 'ok    clock: '],
  ] as const)('whose clock is %i seconds from ours', async ([seconds, line], context) => {
    const date = new Date(Date.now() + seconds * 1000).toUTCString();
    const { out } = await examine(context, list, session, { status: 404, headers: { date } });
    expect(out).toMatch(new RegExp(`^${line}`, 'm'));
  });
});

test.concurrent('--json prints the checks for a program', async () => {
  const { out, code } = await runTool('doctor', ['--json'], {
    SESSIONS_API_KEY: '',
    MEMORY_TABLE: 'a-table',
  });
  expect(JSON.parse(out)).toContainEqual({
    ...{ name: 'key', state: 'fail', found: expect.stringContaining('SESSIONS_API_KEY is not set') },
    advice: 'Set the variable, or pass --stage NAME.',
  });
  expect(code).toBe(1);
});
