/** `npm run emit` as a person uses it: the real program against a real queue. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox } from '../../local/sandbox/index.ts';
import { LOCAL_QUEUE_NAMES } from '../../local-addresses.ts';
import { runTool } from '../support/cli.ts';
import { startScriptedApi } from '../support/scripted-api.ts';

let sqs: Awaited<ReturnType<typeof startFauxqs>>;
let sandbox: Awaited<ReturnType<typeof startSandbox>>;
let folder: string;
beforeAll(async () => {
  sqs = await startFauxqs({ port: 0, logger: false });
  sqs.createQueue(LOCAL_QUEUE_NAMES.events);
  sandbox = await startSandbox();
  folder = await mkdtemp(join(tmpdir(), 'emit-'));
});
afterAll(async () => {
  await Promise.all([sqs.stop(), sandbox.stop(), rm(folder, { recursive: true })]);
});

const emit = (args: string[], env: Record<string, string> = {}) =>
  runTool('emit', args, {
    LOCAL_SQS_PORT: String(sqs.port),
    LOCAL_SANDBOX_PORT: String(sandbox.port),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    ...env,
  });

function bodies(): unknown[] {
  const state = sqs.inspectQueue(LOCAL_QUEUE_NAMES.events);
  return (state?.messages.ready ?? []).map(({ body }) => JSON.parse(body));
}

const match = ['match.ended', '--session-id', 'abc123-s'];

test('an event from options reaches the queue, with an id and a time', async () => {
  const { code, out, err } = await emit(match);
  expect(out).toMatch(/^Sent, message \S+\.\n$/);
  expect(err).toBe(
    `Target: local stage, http://127.0.0.1:${sqs.port}/000000000000/${LOCAL_QUEUE_NAMES.events}\n`,
  );
  expect(code).toBe(0);
  const event = bodies().at(-1);
  expect(event).toMatchObject({ type: 'match.ended', data: { session_id: 'abc123-s' }, source: 'emit' });
  expect(event).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    time: expect.stringMatching(/Z$/),
  });
});

test('a file with an array of events is sent whole', async () => {
  const file = join(folder, 'events.json');
  const left = { type: 'user.left', data: { session_id: 'a', ip_list: ['::1'] } };
  await writeFile(file, JSON.stringify([left, left, left]));
  const before = bodies().length;
  expect((await emit([file])).out).toMatch(/^Sent 3 events in \d+\.\d s\.\n$/);
  expect(bodies()).toHaveLength(before + 3);
});

test('a storm creates its sessions and sends eleven events a match', async () => {
  const before = bodies().length;
  expect((await emit(['--storm', '20', '--seed', '7'])).out).toMatch(/^Sent 220 events/);
  expect(bodies()).toHaveLength(before + 220);
  expect(sandbox.store.get('storm-7-19')).toBeDefined();
});

test('a storm at another hook leaves the local sandbox alone', async () => {
  const hook = await startScriptedApi([{ status: 202, body: { accepted: 33, ids: ['a'] } }]);
  const { err } = await emit(['--storm', '3', '--seed', '8', '--hook', `${hook.url}/hooks`], {
    HOOK_SIGNING_SECRET: 'whsec_c2Vzc2lvbi1ob29rcyBsb2NhbCBzdGFnZSBzZWNyZXQ=',
  });
  await hook.stop();
  expect(err).toBe(`Target: ${hook.url}/hooks\n`);
  expect(hook.seen).toHaveLength(1);
  expect(sandbox.store.get('storm-8-0')).toBeUndefined();
});

test('what a hook refuses is said in whole sentences, with what it accepted before', async () => {
  const violations = [{ pointer: '/data', reason: 'is missing\u001b[2J' }];
  const hook = await startScriptedApi([
    { status: 202, body: { accepted: 500, ids: Array.from({ length: 500 }, (_, index) => `m${index}`) } },
    { status: 400, body: { title: 'Invalid event.', detail: 'Nothing was queued.', violations } },
  ]);
  const { code, err } = await emit(['--storm', '50', '--hook', `${hook.url}/hooks`], {
    HOOK_SIGNING_SECRET: 'whsec_c2Vzc2lvbi1ob29rcyBsb2NhbCBzdGFnZSBzZWNyZXQ=',
  });
  await hook.stop();
  expect(err.split('\n').slice(1)).toEqual([
    'The hook answered 400: Invalid event. Nothing was queued. Accepted before: 500 events.',
    String.raw`  /data is missing\u001b[2J`,
    '',
  ]);
  expect(code).toBe(1);
});

test('--dry-run prints the event and sends nothing', async () => {
  const before = bodies().length;
  const users = ['--ip', '::1', '--ip', '10.0.0.1'];
  const { out, err } = await emit(['user.left', '--session-id', 'a', ...users, '--dry-run']);
  expect(JSON.parse(out)).toMatchObject({ data: { session_id: 'a', ip_list: ['::1', '10.0.0.1'] } });
  expect(err).toBe('');
  expect(bodies()).toHaveLength(before);
});

test('--no-check sends what is not a valid event', async () => {
  await emit(['match.begun', '--session-id', 'a', '--no-check']);
  expect(bodies().at(-1)).toMatchObject({ type: 'match.begun' });
});

describe.concurrent('a mistake is named, and nothing is sent', () => {
  const hook = ['--hook', 'http://127.0.0.1:1/hooks'];
  const mistakes: [string, string[], number, RegExp][] = [
    ['an unknown option', ['--sesion-id', 'a'], 2, /'--sesion-id' \(Did you mean --session-id\?\)/],
    ['nothing to send', [], 2, /Nothing to send/],
    ['no target', ['match.ended'], 2, /--session-id/],
    ['an id with a path', ['match.ended', '--session-id', '../a'], 1, /\/data\/session_id/],
    ['an unknown type', ['match.begun', '--session-id', 'a'], 1, /\/type.*match\.ended/],
    ['a file that is not there', ['nowhere.json'], 1, /nowhere\.json/],
    ['a storm of words', ['--storm', 'many'], 2, /--storm <MATCHES>' argument 'many'.* whole number/],
    ['an order without a storm', [...match, '--shuffle'], 2, /--shuffle cannot be used without --storm/],
    ['an event with a storm', [...match, '--storm', '1'], 2, /--session-id cannot be used with --storm/],
    ['a type with a storm', ['match.ended', '--storm', '1'], 2, /"match\.ended" or --storm, not both/],
    ['an event with a file', ['a.json', '--ip', '::1'], 2, /--ip cannot be used with a file/],
    ['two files', ['a.json', 'b.json'], 2, /Too many arguments.*npm takes options for itself unless --/],
    ['two ways at once', [...match, ...hook, '--queue-url', 'http://127.0.0.1:1/x/y'], 2, /not to both/],
    ['a hook without an address', [...match, '--hook', 'nowhere'], 2, /'nowhere' is invalid.* URL/],
    ['a hook without a secret', [...match, ...hook], 2, /HOOK_SIGNING_SECRET/],
    ['a queue that is not there', [...match, '--queue-url', 'http://127.0.0.1:1/x/y'], 1, /1 of 1 not sent/],
  ];
  test.for(mistakes)('%s', async ([_, args, code, message]) => {
    const before = bodies().length;
    const result = await emit(args);
    expect(result.code).toBe(code);
    expect(result.err).toMatch(message);
    expect(result.err).not.toMatch(/^\s+at /m);
    expect(bodies()).toHaveLength(before);
  });

  test('an option that npm took because -- was forgotten', async () => {
    const before = bodies().length;
    const npm = { npm_lifecycle_event: 'emit', npm_config_dry_run: 'true' };
    const { code, err } = await emit(match, npm);
    expect(err).toContain('npm took --dry-run for itself. Put -- before the options (npm run emit -- …).');
    expect(code).toBe(2);
    expect(bodies()).toHaveLength(before);
  });
});
