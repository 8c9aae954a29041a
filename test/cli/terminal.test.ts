/** The tools on a terminal: bars, questions and Ctrl-C leave it as it was. */
import { describe, expect, test } from 'vitest';
import { hasTerminal, startOnTerminal, startPopulated } from '../support/cli.ts';
import { startScriptedApi } from '../support/scripted-api.ts';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const WRAP_OFF = '\u001b[?7l';
const WRAP_ON = '\u001b[?7h';
const CLEAR_LINE = '\u001b[2K';

/** A page of a list that goes on. */
const page = {
  data: Array.from({ length: 100 }, (_, index) => ({
    session_id: `s${index}`,
    status: 'Ready',
    ready: true,
    linked: true,
    kind: 'Seat',
    user_count: 1,
  })),
  pagination: {
    number: 1,
    next_page_number: 2,
    previous_page_number: null,
    has_next: true,
    has_previous: false,
    paginator: { num_pages: 2 },
  },
};

/** Every bar that was drawn has given cursor and line wrap back, and its line is empty. Returns what follows it. */
function afterBar(output: string): string {
  expect(output).toContain(HIDE_CURSOR);
  expect(output.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(output.lastIndexOf(HIDE_CURSOR));
  expect(output.lastIndexOf(WRAP_ON)).toBeGreaterThan(output.lastIndexOf(WRAP_OFF));
  return output.slice(output.lastIndexOf(CLEAR_LINE) + CLEAR_LINE.length);
}

describe.skipIf(!hasTerminal).concurrent('a bar that is drawn', () => {
  test('ends when the command succeeds', async (context) => {
    const { env } = await startPopulated(context);
    const { code, output } = await startOnTerminal('sessions', ['list'], env).ended();
    expect(afterBar(output)).toMatch(/^SESSION +STATUS.*43 sessions at .*\.\r\n$/s);
    expect(code).toBe(0);
  });

  test('ends before JSON is printed', async (context) => {
    const { env } = await startPopulated(context);
    const { output } = await startOnTerminal('sessions', ['list', '--json'], env).ended();
    expect(JSON.parse(afterBar(output))).toHaveLength(43);
  });

  test('ends on a wrong key: the tool ends with one line of its own', async (context) => {
    const { sandbox } = await startPopulated(context);
    const env = { SESSIONS_API_KEY: 'wrong', SESSIONS_API_URL: sandbox.url };
    const { code, output } = await startOnTerminal('sessions', ['list'], env).ended();
    expect(afterBar(output)).toMatch(/^listSessions: the API answered 401.*\r\n$/);
    expect(code).toBe(1);
  });

  test('ends on an error in the middle', async () => {
    const api = await startScriptedApi([{ status: 200, body: page }, { status: 400 }]);
    const env = { SESSIONS_API_KEY: 'key', SESSIONS_API_URL: api.url };
    const { code, output } = await startOnTerminal('sessions', ['list'], env).ended();
    await api.stop();
    expect(output).toContain('listing 100 sessions');
    expect(afterBar(output)).toMatch(/^listSessions: the API answered 400.*\r\n$/);
    expect(code).toBe(1);
  });

  test('ends on Ctrl-C, which ends the tool', async () => {
    const api = await startScriptedApi([{ status: 200, body: page }, 'hang']);
    const env = { SESSIONS_API_KEY: 'key', SESSIONS_API_URL: api.url };
    const terminal = startOnTerminal('sessions', ['list'], env);
    await terminal.shows(/listing 100 sessions/);
    terminal.press('\u0003');
    const { code, output } = await terminal.ended();
    await api.stop();
    expect(afterBar(output)).toBe('');
    expect(code).toBe(128 + 2);
  });

  test('ends before a question', async (context) => {
    const { env } = await startPopulated(context);
    const terminal = startOnTerminal('sessions', ['bulk-stop', '--session-id', 'abc124-s'], env);
    await terminal.shows(/\[y\/N\] /);
    terminal.press('y\r');
    const { code, output } = await terminal.ended();
    const before = output.slice(0, output.indexOf('Stop 1 session with'));
    expect(before).toContain('listing 43 sessions');
    expect(afterBar(before)).not.toContain('listing');
    expect(output).toMatch(/Stopped 1 session\.\r\nabc124-s\r\n$/);
    expect(code).toBe(0);
  });

  test('ends before the next bar, and before the lines of a sweep', async (context) => {
    const { env } = await startPopulated(context);
    const terminal = startOnTerminal('sweep', ['--stop'], env);
    await terminal.shows(/SESSION +DEPLOYMENT.*Stop 5 sessions at .*\[y\/N\] /s);
    terminal.press('y\r');
    const { code, output } = await terminal.ended();
    expect(afterBar(output)).toMatch(/43 sessions at .*: stopped 5\.\r\n$/);
    expect(code).toBe(0);
  });
});

describe.skipIf(!hasTerminal).concurrent('a question', () => {
  test('answered with yes is carried out', async (context) => {
    const { env, sandbox } = await startPopulated(context);
    const terminal = startOnTerminal('sessions', ['delete', 'abc124-s'], env);
    await terminal.shows(/Delete session abc124-s at .* \[y\/N\] /);
    terminal.press('y\r');
    expect((await terminal.ended()).code).toBe(0);
    expect(sandbox.store.deletedIds()).toEqual(['abc124-s']);
  });

  test.for([
    ['no', 'n\r'],
    ['nothing', '\r'],
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('answered with %s does nothing, and the status says so', async ([_, keys = ''], context) => {
    const { env, sandbox } = await startPopulated(context);
    const terminal = startOnTerminal('sessions', ['delete', 'abc124-s'], env);
    await terminal.shows(/\[y\/N\] /);
    terminal.press(keys);
    const { code, output } = await terminal.ended();
    expect(output).toMatch(/\r\nNothing was done\.\r\n$/);
    expect(code).toBe(1);
    expect(sandbox.store.deletedIds()).toEqual([]);
  });
});
