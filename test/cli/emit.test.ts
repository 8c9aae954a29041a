/** `npm run emit` as a person uses it: the real program against a real queue. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox } from '../../local/sandbox/index.ts';
import { LOCAL_QUEUE_NAMES } from '../../local-addresses.ts';

const run = promisify(execFile);
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

async function emit(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const cli = new URL('../../cli/emit.ts', import.meta.url).pathname;
  const env = { ...process.env, LOCAL_SQS_PORT: String(sqs.port), LOCAL_SANDBOX_PORT: String(sandbox.port) };
  Object.assign(env, { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  try {
    const { stdout, stderr } = await run(process.execPath, [cli, ...args], { env });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || !('stderr' in error)) throw error;
    return { code: Number(error.code), out: '', err: String(error.stderr) };
  }
}

async function bodies(): Promise<unknown[]> {
  const state = sqs.inspectQueue(LOCAL_QUEUE_NAMES.events);
  return (state?.messages.ready ?? []).map(({ body }) => JSON.parse(body));
}

const match = ['match.ended', '--session-id', 'abc123-s'];

test('an event from options reaches the queue, with an id and a time', async () => {
  expect(await emit(...match)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Sent, message \S+\.\n$/),
  });
  const event = (await bodies()).at(-1);
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
  const before = (await bodies()).length;
  expect((await emit(file)).out).toMatch(/^Sent 3 events/);
  expect(await bodies()).toHaveLength(before + 3);
});

test('a storm seeds its sessions and sends eleven events a match', async () => {
  const before = (await bodies()).length;
  expect((await emit('--storm', '20', '--seed', '7')).out).toMatch(/^Sent 220 events/);
  expect(await bodies()).toHaveLength(before + 220);
  expect(sandbox.store.get('storm-7-19')).toBeDefined();
});

test('--dry-run shows the event and sends nothing', async () => {
  const before = (await bodies()).length;
  const { out } = await emit(
    'user.left',
    '--session-id',
    'a',
    '--ip',
    '::1',
    '--ip',
    '10.0.0.1',
    '--dry-run',
  );
  expect(JSON.parse(out)).toMatchObject({ data: { session_id: 'a', ip_list: ['::1', '10.0.0.1'] } });
  expect(await bodies()).toHaveLength(before);
});

describe('a mistake is named, and nothing is sent', () => {
  const mistakes: [string, string[], number, RegExp][] = [
    ['an option that is none', ['--sesion-id', 'a'], 2, /sesion-id.*See --help/s],
    ['nothing to send', [], 2, /Nothing to send/],
    ['no target', ['match.ended'], 2, /--session-id/],
    ['an id with a path', ['match.ended', '--session-id', '../a'], 1, /\/data\/session_id/],
    ['a type that is none', ['match.begun', '--session-id', 'a'], 1, /\/type.*match\.ended/],
    ['a file that is not there', ['nowhere.json'], 1, /nowhere\.json/],
    ['a storm of words', ['--storm', 'many'], 2, /--storm is "many".*whole number/],
    ['an order without a storm', [...match, '--shuffle'], 2, /--shuffle and --seed are for --storm/],
    ['two ways at once', [...match, '--hook', 'http://127.0.0.1:1', '--queue-url', 'x'], 2, /not to both/],
    ['a hook that is none', [...match, '--hook', 'nowhere'], 2, /--hook is "nowhere"/],
    ['a hook without a secret', [...match, '--hook', 'http://127.0.0.1:1/hooks'], 2, /HOOK_SIGNING_SECRET/],
    ['a queue that is not there', [...match, '--queue-url', 'http://127.0.0.1:1/x/y'], 1, /1 of 1 not sent/],
  ];
  test.each(mistakes)('%s', async (_, args, code, message) => {
    const before = (await bodies()).length;
    const result = await emit(...args);
    expect(result.code).toBe(code);
    expect(result.err).toMatch(message);
    expect(result.err).not.toMatch(/^\s+at /m);
    expect(await bodies()).toHaveLength(before);
  });
});
