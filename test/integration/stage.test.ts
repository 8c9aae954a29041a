/** The local stage as a person starts it: `npm start`, on ports of its own. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import {
  LOCAL_CREDENTIALS,
  LOCAL_EDGEGAP_TOKEN,
  LOCAL_HOOK_SECRET,
  LOCAL_PORTS,
  LOCAL_REGION,
  type LocalStage,
  localStage,
} from '../../local-addresses.ts';
import { freeBase, npmStart, startLocalStage } from '../support/local-stage.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const State = z.object({ sessions: z.array(z.object({ session_id: z.string() })) });
const JSON_TYPE = { 'content-type': 'application/json' };

describe('npm start', () => {
  let settings: { LOCAL_PORT_BASE: string; LOCAL_SWEEP_SECONDS: string };
  let addresses: LocalStage;
  let stage: Awaited<ReturnType<typeof npmStart>>;

  beforeAll(async () => {
    settings = { LOCAL_PORT_BASE: String(await freeBase()), LOCAL_SWEEP_SECONDS: '1' };
    addresses = localStage(settings);
    stage = await npmStart(settings, '--param=apiRate=100');
    await stage.says(/is ready/);
  });

  afterAll(() => stage.remove());

  beforeEach(() => control('PUT', 'faults', { variety: false }));

  const control = (method: string, route: string, body: unknown) =>
    fetch(`${addresses.sandboxUrl}/_sandbox/${route}`, {
      method,
      headers: JSON_TYPE,
      body: JSON.stringify(body),
    });

  /** Read where no rate limit counts. */
  async function isThere(sessionId: string): Promise<boolean> {
    const answer = await fetch(`${addresses.sandboxUrl}/_sandbox/state`);
    return State.parse(await answer.json()).sessions.some(({ session_id }) => session_id === sessionId);
  }

  const emit = (...args: string[]) =>
    run(process.execPath, ['cli/emit.ts', ...args], { cwd: ROOT, env: { ...process.env, ...settings } });

  test('sweeps on a schedule: stale sessions are stopped, protected ones stay', async () => {
    await stage.says(/sweep of 43 sessions {2}5 stopped/);
    expect(await isThere('lobby-eu-s')).toBe(true);
    await stage.says(/sweep of 10 deployments {2}1 stale for 31[.\d]* h, 3\.7\d spent {2}1 stopped/);
  });

  test('LOCAL_PORT_BASE moves all ports, and the commands that it prints carry it', () => {
    const base = Number(settings.LOCAL_PORT_BASE);
    expect(stage.output()).toContain(`LOCAL_PORT_BASE=${base} npm run emit -- match.ended`);
    expect(stage.output()).toContain(`LOCAL_PORT_BASE=${base} npm run sweep`);
    const ports = LOCAL_PORTS.map(({ key }) => addresses[key]);
    expect(ports).toEqual(ports.map((_, place) => base + place));
  });

  test('a match ends: its session goes, and the batch is reported in one line', async () => {
    expect(await isThere('abc125-s')).toBe(true);
    const client = new SQSClient({
      endpoint: addresses.sqsUrl,
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
    });
    const MessageBody = JSON.stringify({ type: 'match.ended', data: { session_id: 'abc125-s' } });
    await client.send(new SendMessageCommand({ QueueUrl: addresses.eventsQueueUrl, MessageBody }));
    client.destroy();
    await stage.says(/1 event → 1 call {2}1 done/);
    expect(await isThere('abc125-s')).toBe(false);
    expect(stage.output()).not.toContain('"message":"batch"');
  });

  test('curl and openssl send a signed event to the hook, and the session goes; with another secret it does not', async () => {
    const script = fileURLToPath(new URL('../../docs/senders/send.sh', import.meta.url));
    const send = async (sessionId: string, secret: string): Promise<string> => {
      const event = JSON.stringify({ type: 'match.ended', data: { session_id: sessionId } });
      const env = { ...process.env, HOOK_URL: addresses.hookUrl, HOOK_SIGNING_SECRET: secret };
      const sent = await run('bash', [script, event], { env }).catch(
        (error: { stdout: string; stderr: string }) => error,
      );
      return sent.stdout + sent.stderr;
    };
    expect(await send('abc124-s', `whsec_${'A'.repeat(32)}`)).toContain('"status":401');
    expect(await send('abc123-s', LOCAL_HOOK_SECRET)).toBe('');
    await expect.poll(() => isThere('abc123-s')).toBe(false);
    expect(await isThere('abc124-s')).toBe(true);
  });

  test('the tools find the stage and its hook, and the hook reports what is wrong with an event', async () => {
    const { hookUrl } = addresses;
    expect((await emit('--storm', '100', '--hook', hookUrl)).stdout).toMatch(/^Sent 1,100 events in /);
    await expect(
      emit('match.ended', '--session-id', '../x', '--no-check', '--hook', hookUrl),
    ).rejects.toMatchObject({
      stderr: expect.stringMatching(/The hook answered 400: .*\n {2}\/data\/session_id must be/),
    });
    const chunked = await fetch(hookUrl, {
      method: 'POST',
      body: new Blob(['{"type":']).stream(),
      duplex: 'half',
      headers: JSON_TYPE,
    });
    expect(chunked.status).toBe(401);
  });

  test('while the API is down, it says that it works on the event', async () => {
    await control('PUT', 'faults', { serverError: 1 });
    await emit('user.left', '--session-id', 'abc124-s', '--ip', '203.0.113.20');
    await stage.says(/1 event: working… waiting for the API {2}\d+ s/);
  });

  describe('a page in a browser', () => {
    const attacks = [
      ['of another origin', { ...JSON_TYPE, origin: 'https://example.com' }, 403],
      ['without an origin', { ...JSON_TYPE, origin: 'null' }, 403],
      ['of a name that begins like localhost', { ...JSON_TYPE, origin: 'http://localhost.example.com' }, 403],
      ['of a name that was bound to this machine', { ...JSON_TYPE, host: 'rebound.example' }, 403],
      ['that sends text', { 'content-type': 'text/plain' }, 415],
      ['that sends a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
      ['that sends a body without a type', {}, 415],
    ] as const;
    const targets = [
      ['sqsPort', '/', '{"QueueUrl":"x"}'],
      ['sandboxPort', '/_sandbox/reset', '{"to":"empty"}'],
      ['hookPort', `/hooks/edgegap/${LOCAL_EDGEGAP_TOKEN}/terminated`, '{"request_id":"f68e01cbc63b"}'],
      ['dynamoDbPort', '/', '{"TableName":"session-hooks-local-memory"}'],
      ['consolePort', '/api/sandbox/reset', '{}'],
      ['lambdaPort', '/2015-03-31/functions/session-hooks-local-session-events/invocations', '{}'],
    ] as const;

    test.each(targets)(
      'is refused on %s, whatever it sends, and is not allowed to read',
      async (key, path, body) => {
        for (const [about, headers, expected] of attacks) {
          const answer = await send(addresses[key], path, { ...headers }, body);
          expect(answer, about).toEqual({ status: expected, allowed: undefined });
        }
      },
    );

    test('every port of the stage is among them', () => {
      expect(targets.map(([key]) => key).toSorted()).toEqual(LOCAL_PORTS.map(({ key }) => key).toSorted());
    });

    test('a page of this machine may use the sandbox, as may its name localhost', async () => {
      const origin = { ...JSON_TYPE, origin: 'http://localhost:3000' };
      const host = { ...JSON_TYPE, host: `localhost:${addresses.sandboxPort}` };
      for (const headers of [origin, host])
        expect(
          (await send(addresses.sandboxPort, '/_sandbox/reset', headers, '{"to":"evening"}')).status,
        ).toBe(200);
    });
  });

  test('SIGTERM to npm ends all of it', async () => {
    stage.terminate();
    await stage.closed;
    for (const { key } of LOCAL_PORTS)
      await expect.poll(() => answers(addresses[key]), { message: key }).toBe(false);
  });
});

test('all busy ports are named at once, with what moves them together', async () => {
  const base = await freeBase();
  const busy = [base, base + 2].map((port) => createServer().listen(port, '127.0.0.1'));
  await Promise.all(busy.map((server) => once(server, 'listening')));
  const stage = startLocalStage({ LOCAL_PORT_BASE: String(base) });
  expect(await stage.closed).toBe(1);
  await Promise.all(busy.map((server) => once(server.close(), 'close')));
  expect(stage.output()).toBe(
    `Port ${base}, for the embedded SQS (LOCAL_SQS_PORT), is in use.
Port ${base + 2}, for the hook (LOCAL_HOOK_PORT), is in use.
Free what is in use, or move all ports together: LOCAL_PORT_BASE=14000 npm start
`,
  );
});

/** `fetch` does not let a caller choose the Host and Origin headers. */
async function send(port: number, path: string, headers: Record<string, string>, body: string) {
  const sent = request({ host: '127.0.0.1', port, path, method: 'POST', headers }).end(body);
  const [response] = await once(sent, 'response');
  response.resume();
  return { status: response.statusCode, allowed: response.headers['access-control-allow-origin'] };
}

/** Whether anything listens there. */
async function answers(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/`);
    return true;
  } catch {
    return false;
  }
}
