/** `npm run emit` as a person uses it: the real program against a real queue. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventTypes } from '../../events/registry.ts';
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

const emit = (args: string[], env: Record<string, string> = {}, input?: string) =>
  runTool(
    'emit',
    args,
    {
      LOCAL_SQS_PORT: String(sqs.port),
      LOCAL_SANDBOX_PORT: String(sandbox.port),
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      ...env,
    },
    input,
  );

function bodies(): unknown[] {
  const state = sqs.inspectQueue(LOCAL_QUEUE_NAMES.events);
  return (state?.messages.ready ?? []).map(({ body }) => JSON.parse(body));
}

const match = ['match.ended', '--session-id', 'abc123-s'];

const users = [['--session-id', 'a', '--ip', '::1'], { session_id: 'a', ip_list: ['::1'] }] as const;
/** Options of a type, and the data that they make. */
const EXAMPLES: Record<string, readonly [options: readonly string[], data: object]> = {
  'match.ended': [['--session-id', 'a', '--session-id', 'b'], { session_ids: ['a', 'b'] }],
  'user.left': users,
  'user.joined': users,
  'deployment.stopped': [['--deployment-request-id', 'a'], { deployment_request_id: 'a' }],
  'tag.retired': [['--tag', 'a', '--match', 'all'], { deployment_tags: ['a'], match: 'all' }],
};

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

describe('events from a file, or from standard input', () => {
  const ended = (session_id: string) => ({ type: 'match.ended', data: { session_id } });
  const left = { type: 'user.left', data: { session_id: 'a', ip_list: ['::1'] }, source: 'Zürich 😀' };

  test('one a line, with a byte order mark and blank lines', async () => {
    const file = join(folder, 'events.ndjson');
    await writeFile(file, `\uFEFF${JSON.stringify(ended('a'))}\r\n\n${JSON.stringify(left)}\n`);
    const before = bodies().length;
    expect(await emit([file])).toMatchObject({ code: 0, out: expect.stringMatching(/^Sent 2 events/) });
    expect(bodies().slice(before)).toEqual([ended('a'), left]);
  });

  test.each([
    ['an event', ended('a'), [ended('a')]],
    ['an array', [ended('a'), left], [ended('a'), left]],
  ])('%s from standard input', async (_, input, expected) => {
    const before = bodies().length;
    expect((await emit(['-'], {}, JSON.stringify(input))).code).toBe(0);
    expect(bodies().slice(before)).toEqual(expected);
  });

  test('a path is relative to where the person stands, and not to where npm runs the script', async () => {
    await writeFile(join(folder, 'here.json'), JSON.stringify(ended('here')));
    expect((await emit(['here.json'], { INIT_CWD: folder })).code).toBe(0);
    expect(bodies().at(-1)).toEqual(ended('here'));
  });

  test('what is not JSON is named by its line', async () => {
    const before = bodies().length;
    const { code, err } = await emit(['-'], {}, `${JSON.stringify(ended('a'))}\n{"type":\n`);
    expect(err).toBe('Standard input is neither JSON nor one event a line: line 2 is not JSON.\n');
    expect(code).toBe(1);
    expect((await emit(['-'], {}, '')).err).toBe('Standard input is empty.\n');
    expect(bodies()).toHaveLength(before);
  });
});

test.each([...eventTypes.keys()])('--data is the data of an event of any type: %s', async (type) => {
  const sample = new URL(`../../events/samples/${type.replace('.', '-')}.json`, import.meta.url);
  const { data } = JSON.parse(readFileSync(sample, 'utf8'));
  const time = '2026-01-31T20:15:00Z';
  const { code, out } = await emit([type, '--data', JSON.stringify(data), '--time', time, '--dry-run']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ type, data, time, source: 'emit' });
});

test.each(Object.entries(EXAMPLES))('%s can be made from options', async (type, [args, data]) => {
  const { code, out } = await emit([type, ...args, '--dry-run']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ type, data });
});

test('the help names every event type', async () => {
  const { out } = await emit(['--help']);
  for (const type of eventTypes.keys()) expect(out).toContain(`  ${type} `);
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
    [
      'an option that the type does not use',
      [...match, '--ip', '::1'],
      2,
      /--ip cannot be used with match\.ended/,
    ],
    [
      'one that it takes once',
      ['user.left', '--session-id', 'a', '--session-id', 'b'],
      2,
      /--session-id once/,
    ],
    ['options beside the data', [...match, '--data', '{}'], 2, /--session-id cannot be used with --data/],
    ['data that is not JSON', ['match.ended', '--data', '{'], 2, /--data is not JSON/],
    ['data with a file', ['a.json', '--data', '{}'], 2, /--data cannot be used with a file/],
    ['a time with standard input', ['-', '--time', 'now'], 2, /--time cannot be used with a file/],
    ['data with a storm', ['--storm', '1', '--data', '{}'], 2, /--data cannot be used with --storm/],
    ['two files', ['a.json', 'b.json'], 2, /Too many arguments.*npm takes options for itself unless --/],
    ['two ways at once', [...match, ...hook, '--queue-url', 'http://127.0.0.1:1/x/y'], 2, /not to both/],
    ['a hook without an address', [...match, '--hook', 'nowhere'], 2, /'nowhere' is invalid.* URL/],
    ['a hook without a secret', [...match, ...hook], 2, /HOOK_SIGNING_SECRET/],
    [
      'a queue that is not there',
      [...match, '--queue-url', 'http://127.0.0.1:1/x/y'],
      1,
      /Not sent: NOT_SENT/,
    ],
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
