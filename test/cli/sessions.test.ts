/** `npm run sessions` as a person uses it: the real program against the sandbox of the local stage. */
import { describe, expect, type TestContext, test } from 'vitest';
import { runTool, startPopulated } from '../support/cli.ts';
import { startScriptedApi } from '../support/scripted-api.ts';

async function start(context: Pick<TestContext, 'onTestFinished'>) {
  const { sandbox, env } = await startPopulated(context);
  return {
    sandbox,
    cli: (...args: string[]) => runTool('sessions', args, env),
    users: (id: string) => sandbox.store.get(id)?.users,
  };
}

describe.concurrent('looking', () => {
  test('list shows every session', async (context) => {
    const { cli, sandbox } = await start(context);
    const { out, err, code } = await cli('list');
    expect(out).toMatch(/^SESSION +STATUS +DEPLOYMENT +USERS +LINKED +KIND$/m);
    expect(out).toMatch(/^abc123-s +Status\.READY +f68e01cbc63b +4 +yes +MATCH$/m);
    expect(out).toContain(`43 sessions at ${sandbox.url}.`);
    expect(err).toBe(`Target: local stage, ${sandbox.url}\n`);
    expect(code).toBe(0);
    expect(JSON.parse((await cli('list', '--json')).out)).toHaveLength(43);
  });

  test('get shows one, with its age, deployment, tags and users', async (context) => {
    const { cli } = await start(context);
    const { out } = await cli('get', 'abc124-s');
    expect(out).toMatch(/^created .*\(9m \d+s ago\)$/m);
    expect(out).toMatch(/^deployment +f68e01cbc63b$/m);
    expect(out).toMatch(/^tags +ranked, eu-west, season-7$/m);
    expect(out).toMatch(/^users +203\.0\.113\.20, 198\.51\.100\.41$/m);
    expect(JSON.parse((await cli('get', 'abc124-s', '--json')).out)).toMatchObject({
      session_id: 'abc124-s',
    });
  });

  test('users', async (context) => {
    const { cli } = await start(context);
    expect((await cli('users', 'abc124-s')).out).toBe('203.0.113.20\n198.51.100.41\n');
    expect((await cli('users', 'empty1-s')).out).toBe('No users.\n');
  });

  test('what a terminal would obey in an answer is shown as escapes', async () => {
    const ip = '\u001b]0;owned\u0007\u202e1.2.3.4\n5.6.7.8';
    const api = await startScriptedApi([
      { status: 200, body: { session_users: [{ ip }] } },
      { status: 404, body: { message: 'gone\u001b[2J\nSession deleted.' } },
    ]);
    const env = { SESSIONS_API_KEY: 'key', SESSIONS_API_URL: api.url };
    const { out } = await runTool('sessions', ['users', 'a'], env);
    expect(out).toBe(`${String.raw`\u001b]0;owned\u0007\u202e1.2.3.4\u000a5.6.7.8`}\n`);
    const { err } = await runTool('sessions', ['get', 'a'], env);
    await api.stop();
    expect(err).toContain(String.raw`gone\u001b[2J\u000aSession deleted.`);
    expect(err.trim().split('\n')).toHaveLength(2);
  });
});

describe.concurrent('changing', () => {
  test('create', async (context) => {
    const { cli, users } = await start(context);
    const { out } = await cli('create', '--app', 'arena', '--version', 'v1', '--ip', '192.0.2.1');
    const id = /^Session (\S+) of arena v1\.$/m.exec(out)?.[1] ?? '';
    expect(users(id)).toEqual(['192.0.2.1']);
  });

  test('add-users and remove-users', async (context) => {
    const { cli, users } = await start(context);
    await cli('add-users', 'abc124-s', '--ip', '192.0.2.1', '--ip', '2001:db8::1');
    expect(users('abc124-s')).toEqual(['203.0.113.20', '198.51.100.41', '192.0.2.1', '2001:db8::1']);
    const { out } = await cli('remove-users', 'abc124-s', '--ip', '192.0.2.1', '--yes');
    expect(out).toBe('203.0.113.20\n198.51.100.41\n2001:db8::1\n');
  });

  test('delete', async (context) => {
    const { cli, sandbox } = await start(context);
    expect((await cli('delete', 'abc124-s', '--yes')).code).toBe(0);
    expect(sandbox.store.deletedIds()).toEqual(['abc124-s']);
  });

  test('bulk-stop, by sessions, deployments or tags', async (context) => {
    const { cli, sandbox } = await start(context);
    const { out } = await cli('bulk-stop', '--session-id', 'abc123-s', '--session-id', 'abc124-s', '--yes');
    expect(out).toBe('Stopped 2 sessions.\nabc123-s\nabc124-s\n');
    await cli('bulk-stop', '--deployment-request-id', '2c9a7d10e4f8', '--yes');
    expect(sandbox.store.get('abc125-s')).toBeUndefined();
    await cli('bulk-stop', '--tag', 'season-7', '--tag', 'eu-west', '--match', 'all', '--yes');
    const left = sandbox.store.sessions();
    expect(left.some(({ tags }) => tags.includes('season-7') && tags.includes('eu-west'))).toBe(false);
    expect(left.some(({ tags }) => tags.includes('eu-west'))).toBe(true);
  });

  test.for<[string[], string]>([
    [
      ['remove-users', 'abc124-s', '--ip', '203.0.113.20'],
      'Remove 1 user (203.0.113.20) from session abc124-s',
    ],
    [['delete', 'abc124-s'], 'Delete session abc124-s'],
    [
      ['bulk-stop', '--session-id', 'abc124-s', '--session-id', 'nobody-s'],
      'Stop 1 session with session_id any',
    ],
    [['bulk-stop', '--session-id', 'nobody-s'], 'Stop 0 sessions with session_id any of nobody-s'],
  ])('%j says how many and asks; without a terminal it does nothing', async ([args, question], context) => {
    const { cli, sandbox, users } = await start(context);
    const { code, err } = await cli(...args);
    expect(err).toContain(question);
    expect(err).toContain(`at ${sandbox.url}`);
    expect(err).toContain('? No terminal to confirm on: pass --yes.');
    expect(code).toBe(2);
    expect(sandbox.store.deletedIds()).toEqual([]);
    expect(users('abc124-s')).toHaveLength(2);
  });
});

test.concurrent('bulk-stop counts the sessions of a deployment before it asks', async (context) => {
  const { cli, sandbox } = await start(context);
  const deployment = 'f68e01cbc63b';
  const count = sandbox.store.sessions().filter((one) => one.deployment_request_id === deployment).length;
  expect(count).toBeGreaterThan(1);
  const { err } = await cli('bulk-stop', '--deployment-request-id', deployment);
  expect(err).toContain(`Stop ${count} sessions with request_id any of ${deployment} at ${sandbox.url}?`);
});

test.concurrent.for([
  ['any', ['ranked', 'season-7']],
  ['all', ['ranked', 'eu-west']],
] as const)(
  'bulk-stop counts the sessions with %s of some tags before it asks',
  async ([match, tags], context) => {
    const { cli, sandbox } = await start(context);
    const wanted = new Set<string>(tags);
    const count = sandbox.store.sessions().filter((one) => {
      const own = new Set(one.tags);
      return match === 'all' ? wanted.isSubsetOf(own) : !wanted.isDisjointFrom(own);
    }).length;
    expect(count).toBeGreaterThan(1);
    const { err } = await cli('bulk-stop', ...tags.flatMap((tag) => ['--tag', tag]), '--match', match);
    expect(err).toContain(`Stop ${count} sessions with deployment_tags ${match} of ${tags.join(', ')} at`);
    expect(sandbox.store.deletedIds()).toEqual([]);
  },
);

describe.concurrent('what cannot be done is said in one line', () => {
  test.for<[string[], string]>([
    [[], 'No command.'],
    [['stop'], "Unknown command 'stop'."],
    [['constructor'], "Unknown command 'constructor'."],
    [['get'], "Missing required argument 'id'."],
    [['delete', 'a', 'b'], 'npm takes options for itself unless -- stands before them'],
    [['add-users', 'a'], "Required option '--ip <ADDRESS>' not specified."],
    [['create', '--ip', '192.0.2.1'], "Required option '--app <NAME>' not specified."],
    [['bulk-stop'], 'bulk-stop needs one of'],
    [['bulk-stop', '--tag', 'a', '--session-id', 'b'], 'bulk-stop needs one of'],
    [['bulk-stop', '--tag', 'a', '--match', 'not'], 'It must be any or all.'],
    [['list', '--nope'], "Unknown option '--nope'."],
    [['list', '--tag', 'a'], "Unknown option '--tag'"],
    [['list', '--yes'], "Unknown option '--yes'."],
  ])('%j', async ([args, message]) => {
    const { code, err } = await runTool('sessions', args, {});
    expect(err).toContain(message);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });

  test.for<[string[], RegExp]>([
    [['get', 'nobody-s'], /getSession: .*404/],
    [['get', '../sessions'], /session/i],
    [['bulk-stop', '--tag', '', '--yes'], /./],
  ])('%j', async ([args, message], context) => {
    const { cli, sandbox } = await start(context);
    const { code, err } = await cli(...args);
    const [target, problem, ...rest] = err.trim().split('\n');
    expect(target).toBe(`Target: local stage, ${sandbox.url}`);
    expect(problem).toMatch(message);
    expect(rest).toEqual([]);
    expect(code).toBe(1);
    expect(sandbox.store.deletedIds()).toEqual([]);
  });

  test('a wrong key is refused, and not shown', async (context) => {
    const { sandbox } = await start(context);
    const { code, err } = await runTool('sessions', ['list'], {
      SESSIONS_API_KEY: 'hunter2',
      SESSIONS_API_URL: sandbox.url,
    });
    expect(err).toContain(`Target: ${sandbox.url}\n`);
    expect(err).toContain('401');
    expect(err).not.toContain('hunter2');
    expect(code).toBe(1);
  });
});
