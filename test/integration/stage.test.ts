/** The local stage as a person starts it: the real Serverless program, on free ports. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import {
  LOCAL_CREDENTIALS,
  LOCAL_HOOK_SECRET,
  LOCAL_REGION,
  localStage,
  SANDBOX_API_KEY,
} from '../../local-addresses.ts';
import { portVariables, startLocalStage } from '../support/local-stage.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Has the stage's sandbox answer always in one shape: a deleted session is a 410 at once. */
async function makeKind(sandboxUrl: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await fetch(`${sandboxUrl}/_sandbox/faults`, { method: 'PUT', headers, body: '{"variety":false}' });
}

test('a match ends: its session goes, the batch is told in one line, and Ctrl-C leaves nothing behind', async () => {
  const ports = await portVariables();
  const addresses = localStage(ports);
  const stage = startLocalStage(ports);
  await stage.says(/is ready/);
  await makeKind(addresses.sandboxUrl);
  const session = async (): Promise<number> => {
    const headers = { authorization: `token ${SANDBOX_API_KEY}` };
    return (await fetch(`${addresses.sandboxUrl}/v1/session/abc123-s`, { headers })).status;
  };
  expect(await session()).toBe(200);
  const client = new SQSClient({
    endpoint: addresses.sqsUrl,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  await client.send(
    new SendMessageCommand({
      QueueUrl: addresses.eventsQueueUrl,
      MessageBody: JSON.stringify({ type: 'match.ended', data: { session_id: 'abc123-s' } }),
    }),
  );
  await stage.says(/1 event → 1 call {2}1 done/);
  expect(await session()).toBe(410);
  expect(stage.output()).not.toContain('"message":"batch"');
  client.destroy();

  stage.interrupt();
  expect(await stage.closed).toBe(0);
  await expect(fetch(addresses.sandboxUrl)).rejects.toThrow('fetch failed');
  await expect(fetch(addresses.sqsUrl)).rejects.toThrow('fetch failed');
});

test('it sweeps on a schedule: stale sessions are stopped, protected ones stay', async () => {
  const ports = { ...(await portVariables()), LOCAL_SWEEP_SECONDS: '1' };
  const stage = startLocalStage(ports, '--param=apiRate=100');
  await stage.says(/sweep of 43 sessions {2}5 stopped/);
  const headers = { authorization: `token ${SANDBOX_API_KEY}` };
  const url = `${localStage(ports).sandboxUrl}/v1/session/lobby-eu-s`;
  // The sweeps may have used up the rate of this second.
  await expect.poll(async () => (await fetch(url, { headers })).status, { timeout: 20_000 }).toBe(200);
  await stage.says(/sweep of 10 deployments {2}1 stale for 31[.\d]* h, 3\.7\d spent {2}1 stopped/);
});

test('curl and openssl send a signed event to the hook, and the session goes; with another secret it does not', async () => {
  const ports = await portVariables();
  const { hookUrl, sandboxUrl } = localStage(ports);
  const stage = startLocalStage(ports);
  await stage.says(/is ready/);
  await makeKind(sandboxUrl);
  const send = async (sessionId: string, secret: string): Promise<string> => {
    const script = fileURLToPath(new URL('../../docs/senders/send.sh', import.meta.url));
    const event = JSON.stringify({ type: 'match.ended', data: { session_id: sessionId } });
    const env = { ...process.env, HOOK_URL: hookUrl, HOOK_SIGNING_SECRET: secret };
    const { stdout, stderr } = await run('bash', [script, event], { env }).catch((failed) => failed);
    return `${stdout}${stderr}`;
  };
  const status = async (id: string): Promise<number> => {
    const headers = { authorization: `token ${SANDBOX_API_KEY}` };
    return (await fetch(`${sandboxUrl}/v1/session/${id}`, { headers })).status;
  };
  expect(await send('abc124-s', `whsec_${'A'.repeat(32)}`)).toContain('"status":401');
  expect(await send('abc123-s', LOCAL_HOOK_SECRET)).toContain('"accepted":1');
  await stage.says(/1 event → 1 call {2}1 done/);
  expect(await status('abc123-s')).toBe(410);
  expect(await status('abc124-s')).toBe(200);

  const emit = (...args: string[]) =>
    run(process.execPath, ['cli/emit.ts', ...args, '--hook', hookUrl], {
      cwd: ROOT,
      env: { ...process.env, ...ports },
    });
  expect((await emit('--storm', '100')).stdout).toMatch(/^Sent 1,100 events in /);
  await expect(emit('match.ended', '--session-id', '../x', '--no-check')).rejects.toMatchObject({
    stderr: expect.stringMatching(/The hook answered 400: .*\n {2}\/data\/session_id must be/),
  });

  const chunked = await fetch(hookUrl, {
    method: 'POST',
    body: new Blob(['{"type":']).stream(),
    duplex: 'half',
    headers: { 'content-type': 'application/json' },
  });
  expect(chunked.status).toBe(401);
});

test('a busy port is named, with the variable that chooses another', async () => {
  const ports = await portVariables();
  const squatter = createServer().listen(Number(ports.LOCAL_SANDBOX_PORT), '127.0.0.1');
  await once(squatter, 'listening');
  const stage = startLocalStage(ports);
  expect(await stage.closed).toBe(1);
  squatter.close();
  expect(stage.output()).toMatch(
    new RegExp(`^Port ${ports.LOCAL_SANDBOX_PORT}, .* is in use.* LOCAL_SANDBOX_PORT=\\d+ npm start\n$`),
  );
});
