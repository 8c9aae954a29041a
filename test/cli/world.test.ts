/** Which world a tool works on: one rule for all tools, named in the first line. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { startSandbox } from '../../local/sandbox/index.ts';
import { runTool } from '../support/cli.ts';
import { listenLocally } from '../support/http.ts';

type Context = Pick<TestContext, 'onTestFinished'>;

/** AWS as far as a stage needs it: one function's configuration, and a parameter that holds the key. */
async function startAws({ onTestFinished }: Context, variables: Record<string, string>) {
  const sandbox = await startSandbox({ rate: Number.POSITIVE_INFINITY, kind: true });
  const seen: { url: string; key: string }[] = [];
  const server = createServer(async (request, response) => {
    const { url = '', headers } = request;
    const key = /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1] ?? '';
    seen.push({ url, key });
    const isStage = url === '/2015-03-31/functions/session-hooks-prod-session-events/configuration';
    const isSsm = headers['x-amz-target'] === 'AmazonSSM.GetParameter';
    const Variables = { SESSIONS_API_URL: sandbox.url, ...variables };
    const body = isSsm ? { Parameter: { Value: 'sandbox-key' } } : { Environment: { Variables } };
    response
      .writeHead(isStage || isSsm ? 200 : 404)
      .end(JSON.stringify(isStage || isSsm ? body : { Message: 'no' }));
  });
  const aws = await listenLocally(server);
  onTestFinished(async () => {
    await Promise.all([aws.stop(), sandbox.stop()]);
  });
  return { sandbox, seen, url: aws.url };
}

/** A profile whose credentials another program supplies, as single sign-on does: nothing is in the environment. */
async function profile({ onTestFinished }: Context) {
  const folder = await mkdtemp(join(tmpdir(), 'profile-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const found = JSON.stringify({ Version: 1, AccessKeyId: 'AKIAPROFILE', SecretAccessKey: 'secret' });
  const credentials = join(folder, 'credentials.json');
  const config = join(folder, 'config');
  await writeFile(credentials, found);
  await writeFile(config, `[profile game]\nregion = eu-west-1\ncredential_process = cat ${credentials}\n`);
  return {
    AWS_PROFILE: 'game',
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
  };
}

describe.concurrent('a deployed stage', () => {
  test('is read from its function, with the credentials of a profile, and so is the key in SSM', async (context) => {
    const { sandbox, seen, url } = await startAws(context, {
      SESSIONS_API_KEY: 'ssm:/session-hooks/prod/api-key',
    });
    const env = { ...(await profile(context)), AWS_ENDPOINT_URL: url };
    const { code, out, err } = await runTool('sessions', ['list', '--stage', 'prod'], env);
    expect(err).toBe(`Target: stage prod, ${sandbox.url}\n`);
    expect(out).toContain(`0 sessions at ${sandbox.url}.`);
    expect(code).toBe(0);
    expect(new Set(seen.map(({ key }) => key))).toEqual(new Set(['AKIAPROFILE']));
  });

  test('that is not there is an error that names it and the region', async (context) => {
    const { url } = await startAws(context, {});
    const env = { ...(await profile(context)), AWS_ENDPOINT_URL: url };
    const { code, err } = await runTool('sessions', ['list', '--stage', 'pord'], env);
    expect(err).toContain('There is no stage pord in eu-west-1');
    expect(code).toBe(1);
  });

  test('without credentials is an error that says how to get some', async () => {
    const none = { AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere' };
    const env = { ...none, AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: 'eu-west-1' };
    const { code, err } = await runTool('sessions', ['list', '--stage', 'prod'], env);
    expect(err).toMatch(/^AWS credentials: .*Log in \(aws sso login\), or set AWS_PROFILE\.$/m);
    expect(code).toBe(1);
  });
});

describe.concurrent('variables of the environment', () => {
  test.for([
    ['emit', ['match.ended', '--session-id', 'a'], 'EVENTS_QUEUE_URL'],
    ['dead-letters', ['list'], 'DEAD_LETTER_QUEUE_URL'],
    ['sessions', ['why', 'a'], 'MEMORY_TABLE'],
  ] as const)('that name an API never leave %s on the local stage', async ([name, args, missing]) => {
    const { code, err } = await runTool(name, args, {
      SESSIONS_API_KEY: 'key',
      SESSIONS_API_URL: 'http://127.0.0.1:1',
    });
    expect(err).toContain(
      `SESSIONS_API_KEY and SESSIONS_API_URL name has no ${missing}: set it, or pass --stage NAME.`,
    );
    expect(code).toBe(2);
  });

  test.for([
    ['sessions', ['list']],
    ['sweep', []],
  ] as const)('that name a queue never leave %s on the sandbox', async ([name, args]) => {
    const { code, err } = await runTool(name, args, { EVENTS_QUEUE_URL: 'http://127.0.0.1:1/a/b' });
    expect(err).toContain('SESSIONS_API_KEY is not set.');
    expect(code).toBe(1);
  });

  test('give way to --stage local', async (context) => {
    const sandbox = await startSandbox({ kind: true });
    context.onTestFinished(() => sandbox.stop());
    const env = { SESSIONS_API_KEY: 'key', LOCAL_SANDBOX_PORT: String(sandbox.port) };
    const { err } = await runTool('sessions', ['list', '--stage', 'local'], env);
    expect(err).toBe(`Target: local stage, ${sandbox.url}\n`);
  });
});
