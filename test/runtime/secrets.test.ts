/** Secrets by reference, fetched over HTTP from an endpoint that speaks as AWS does. */
import { afterEach, describe, expect, test } from 'vitest';
import { readAwsConfig } from '../../lib/runtime/environment.ts';
import { createSecretReader } from '../../lib/runtime/secrets.ts';
import type { ScriptedAnswer } from '../support/scripted-api.ts';
import { startScriptedApi } from '../support/scripted-api.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const parameter = (Value: string): ScriptedAnswer => ({ status: 200, body: { Parameter: { Value } } });
const secret = (SecretString: string): ScriptedAnswer => ({ status: 200, body: { SecretString } });

async function reader(value: string, script: ScriptedAnswer[]) {
  const api = await startScriptedApi(script);
  stops.push(api.stop);
  const env = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'aws-secret',
    AWS_SESSION_TOKEN: 'aws-session',
    AWS_ENDPOINT_URL: api.url,
  };
  let nowMs = 0;
  const read = createSecretReader(
    { variable: 'SESSIONS_API_KEY', value, aws: () => readAwsConfig(env) },
    () => nowMs,
  );
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { read, seen: api.seen, pass };
}

const cached = { refresh: false };
const refresh = { refresh: true };

describe('where the key comes from', () => {
  test('the value itself, without any request', async () => {
    const { read, seen } = await reader('plain-key', [parameter('other')]);
    expect(await read(cached)).toBe('plain-key');
    expect(seen).toEqual([]);
  });

  test('a parameter of SSM, by one signed request', async () => {
    const { read, seen } = await reader('ssm:/games/api-key', [parameter('the-key')]);
    expect(await read(cached)).toBe('the-key');
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ Name: '/games/api-key', WithDecryption: true });
    expect(seen[0]?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/ssm\/aws4_request/,
    );
  });

  test('a secret of Secrets Manager, a string or JSON with api_key', async () => {
    const plain = await reader('secretsmanager:games', [secret('the-key\n')]);
    expect(await plain.read(cached)).toBe('the-key');
    const json = await reader('secretsmanager:games', [secret('{"api_key":"json-key"}')]);
    expect(await json.read(cached)).toBe('json-key');
    expect(json.seen[0]?.authorization).toContain('/eu-west-1/secretsmanager/');
  });
});

describe('how often it is read', () => {
  test('once in 5 minutes, however many calls need it', async () => {
    const { read, seen, pass } = await reader('ssm:/k', [parameter('one'), parameter('two')]);
    expect(await Promise.all([read(cached), read(cached)])).toEqual(['one', 'one']);
    pass(299_999);
    expect(await read(cached)).toBe('one');
    pass(1);
    expect(await read(cached)).toBe('two');
    expect(seen).toHaveLength(2);
  });

  test('again when the API refused it, but not for every refused call', async () => {
    const { read, seen, pass } = await reader('ssm:/k', [parameter('old'), parameter('new')]);
    await read(cached);
    pass(10_000);
    expect(await Promise.all([read(refresh), read(refresh)])).toEqual(['new', 'new']);
    expect(await read(refresh)).toBe('new');
    expect(seen).toHaveLength(2);
  });

  test('a failure is remembered for 5 seconds', async () => {
    const refused: ScriptedAnswer = { status: 400, body: { __type: 'AccessDeniedException' } };
    const { read, seen, pass } = await reader('ssm:/k', [refused, parameter('the-key')]);
    for (let times = 0; times < 100; times += 1) await expect(read(cached)).rejects.toThrow('AccessDenied');
    pass(4999);
    await expect(read(refresh)).rejects.toThrow('AccessDenied');
    expect(seen).toHaveLength(1);
    pass(1);
    expect(await read(cached)).toBe('the-key');
  });

  test('while AWS fails, what was read before is asked for once in 5 seconds', async () => {
    const refused: ScriptedAnswer = { status: 400, body: { __type: 'AccessDeniedException' } };
    const { read, seen, pass } = await reader('ssm:/k', [parameter('old'), refused]);
    await read(cached);
    pass(300_000);
    for (let times = 0; times < 100; times += 1) expect(await read(cached)).toBe('old');
    expect(seen).toHaveLength(2);
    pass(5000);
    expect(await read(cached)).toBe('old');
    expect(seen).toHaveLength(3);
  });

  test('what was read stays in use while AWS does not answer', async () => {
    const { read, pass } = await reader('ssm:/k', [parameter('old'), { status: 400, body: { __type: 'X' } }]);
    await read(cached);
    pass(600_000);
    expect(await read(cached)).toBe('old');
  });
});

test('a reference that cannot be read says which, why, and no secret', async () => {
  const refused = {
    status: 400,
    body: { __type: 'com.amazonaws#AccessDeniedException', message: 'not authorized' },
  };
  const { read } = await reader('ssm:/games/api-key', [refused]);
  await expect(read(cached)).rejects.toThrow(
    'SESSIONS_API_KEY refers to ssm:/games/api-key, which could not be read: AccessDeniedException: not authorized',
  );
  const json = await reader('secretsmanager:games', [secret('{"key":"hidden-key"}')]);
  await expect(json.read(cached)).rejects.toThrow(/JSON without the member api_key/);
  await expect(json.read(cached)).rejects.not.toThrow(/hidden-key/);
});
