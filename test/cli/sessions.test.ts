/** `npm run sessions` as a person uses it: the real program against the local stage's sandbox. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, seedPopulation, startSandbox } from '../../local/sandbox/index.ts';
import { runTool } from '../support/cli.ts';

let sandbox: Sandbox;
beforeEach(async () => {
  // Kind: the tables show every member, in one spelling.
  sandbox = await startSandbox({ rate: Number.POSITIVE_INFINITY, kind: true });
  seedPopulation(sandbox.store);
});
afterEach(async () => {
  await sandbox.stop();
});

const cli = (...args: string[]) =>
  runTool('sessions', args, { LOCAL_SANDBOX_PORT: new URL(sandbox.url).port, API_RATE: '1000' });
const users = (id: string) => sandbox.store.get(id)?.users;

describe('looking', () => {
  test('list shows every session', async () => {
    const { out, code } = await cli('list');
    expect(out).toMatch(/^SESSION +STATUS +DEPLOYMENT +USERS +LINKED +KIND$/m);
    expect(out).toMatch(/^abc123-s +Status\.READY +f68e01cbc63b +4 +yes +MATCH$/m);
    expect(out).toContain(`43 sessions at ${sandbox.url}.`);
    expect(code).toBe(0);
    expect(JSON.parse((await cli('list', '--json')).out)).toHaveLength(43);
  });

  test('get shows one, with its age, deployment, tags and users', async () => {
    const { out } = await cli('get', 'abc124-s');
    expect(out).toMatch(/^created .*\(9m \d+s ago\)$/m);
    expect(out).toMatch(/^deployment +f68e01cbc63b$/m);
    expect(out).toMatch(/^tags +ranked, eu-west, season-7$/m);
    expect(out).toMatch(/^users +203\.0\.113\.20, 198\.51\.100\.41$/m);
    expect(JSON.parse((await cli('get', 'abc124-s', '--json')).out)).toMatchObject({
      session_id: 'abc124-s',
    });
  });

  test('users', async () => {
    expect((await cli('users', 'abc124-s')).out).toBe('203.0.113.20\n198.51.100.41\n');
    expect((await cli('users', 'empty1-s')).out).toBe('No users.\n');
  });
});

describe('changing', () => {
  test('create', async () => {
    const { out } = await cli('create', '--app', 'arena', '--version', 'v1', '--ip', '192.0.2.1');
    const id = /^Session (\S+) of arena v1\.$/m.exec(out)?.[1] ?? '';
    expect(users(id)).toEqual(['192.0.2.1']);
  });

  test('add-users and remove-users', async () => {
    await cli('add-users', 'abc124-s', '--ip', '192.0.2.1', '--ip', '2001:db8::1');
    expect(users('abc124-s')).toEqual(['203.0.113.20', '198.51.100.41', '192.0.2.1', '2001:db8::1']);
    const { out } = await cli('remove-users', 'abc124-s', '--ip', '192.0.2.1', '--yes');
    expect(out).toBe('203.0.113.20\n198.51.100.41\n2001:db8::1\n');
  });

  test('delete', async () => {
    expect((await cli('delete', 'abc124-s', '--yes')).code).toBe(0);
    expect(sandbox.store.deletedIds()).toEqual(['abc124-s']);
  });

  test('bulk-stop, by sessions, deployments or tags', async () => {
    const { out } = await cli('bulk-stop', '--session-id', 'abc123-s', '--session-id', 'abc124-s', '--yes');
    expect(out).toBe('2 sessions are stopped.\nabc123-s\nabc124-s\n');
    await cli('bulk-stop', '--deployment-request-id', '2c9a7d10e4f8', '--yes');
    expect(sandbox.store.get('abc125-s')).toBeUndefined();
    await cli('bulk-stop', '--tag', 'season-7', '--tag', 'eu-west', '--match', 'all', '--yes');
    const left = sandbox.store.sessions();
    expect(left.some(({ tags }) => tags.includes('season-7') && tags.includes('eu-west'))).toBe(false);
    expect(left.some(({ tags }) => tags.includes('eu-west'))).toBe(true);
  });

  test.each([
    [['remove-users', 'abc124-s', '--ip', '203.0.113.20']],
    [['delete', 'abc124-s']],
    [['bulk-stop', '--session-id', 'abc124-s']],
  ])('%j asks first; where nobody can answer, nothing is done', async (args) => {
    const { code, err } = await cli(...args);
    expect(err).toContain('There is nobody to ask here: add --yes.');
    expect(err).toContain(sandbox.url);
    expect(code).toBe(2);
    expect(users('abc124-s')).toHaveLength(2);
  });
});

describe('what cannot be done is said in one line', () => {
  test.each([
    [[], 'Say what to do.'],
    [['stop'], '"stop" is no command.'],
    [['constructor'], '"constructor" is no command.'],
    [['get'], 'get needs to know of which session.'],
    [['delete', 'a', 'b'], 'That is one word too many.'],
    [['add-users', 'a'], 'Say which users: --ip ADDRESS.'],
    [['create', '--ip', '192.0.2.1'], 'create needs --app'],
    [['bulk-stop'], 'bulk-stop needs one of'],
    [['bulk-stop', '--tag', 'a', '--session-id', 'b'], 'bulk-stop needs one of'],
    [['bulk-stop', '--tag', 'a', '--match', 'not'], '--match is "not"; it must be any or all.'],
    [['list', '--nope'], '--nope'],
  ])('%j', async (args, message) => {
    const { code, err } = await cli(...args);
    expect(err).toContain(message);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });

  test.each([
    [['get', 'nobody-s'], /getSession: .*404/],
    [['get', '../sessions'], /session/i],
    [['bulk-stop', '--tag', '', '--yes'], /./],
  ])('%j', async (args, message) => {
    const { code, err } = await cli(...args);
    expect(err).toMatch(message);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
    expect(sandbox.store.deletedIds()).toEqual([]);
  });

  test('a wrong key is refused, and not shown', async () => {
    const { code, err } = await runTool('sessions', ['list'], {
      SESSIONS_API_KEY: 'hunter2',
      SESSIONS_API_URL: sandbox.url,
    });
    expect(err).toContain('401');
    expect(err).not.toContain('hunter2');
    expect(code).toBe(1);
  });
});
