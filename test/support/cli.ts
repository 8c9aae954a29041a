/** A tool of cli/ as a person runs it: a process of its own, with pipes or on a terminal. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestContext } from 'vitest';
import { seedPopulation, startSandbox } from '../../local/sandbox/index.ts';

const run = promisify(execFile);

/** What a tool printed, and the status it ended with. */
export interface Ran {
  code: number;
  out: string;
  err: string;
}

/**
 * Runs `cli/NAME.ts`, without the machine's own key.
 * @param env is added to the environment
 * @param input what comes on standard input, which ends then
 */
export async function runTool(
  name: string,
  args: readonly string[],
  env: Record<string, string>,
  input?: string,
): Promise<Ran> {
  try {
    const running = run(process.execPath, [programOf(name), ...args], { env: environment(env) });
    if (input !== undefined) running.child.stdin?.end(input);
    const { stdout, stderr } = await running;
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && 'stderr' in error && 'stdout' in error)) throw error;
    return { code: Number(error.code), out: String(error.stdout), err: String(error.stderr) };
  }
}

/** Starts `cli/NAME.ts` without waiting for its end. */
export function startTool(name: string, args: readonly string[], env: Record<string, string>) {
  return spawn(process.execPath, [programOf(name), ...args], { env: environment(env), stdio: 'ignore' });
}

/**
 * Starts a sandbox of the test's own with the sessions of the local stage, so that tests can run side by side.
 * @returns it, and the variables with which a tool finds it.
 */
export async function startPopulated({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) {
  const sandbox = await startSandbox({ rate: Number.POSITIVE_INFINITY, kind: true });
  onTestFinished(() => sandbox.stop());
  seedPopulation(sandbox.store);
  return { sandbox, env: { LOCAL_SANDBOX_PORT: String(sandbox.port), API_RATE: '1000' } };
}

/** Whether `script` of util-linux is there: the one of macOS and the BSDs takes other options. */
export const hasTerminal = /util-linux/.test(versionOfScript());

/** Starts `cli/NAME.ts` on a pseudo-terminal. */
export function startOnTerminal(name: string, args: readonly string[], env: Record<string, string>) {
  const command = [process.execPath, programOf(name), ...args].map(quoted).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: environment({ ...env, TERM: 'xterm' }),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const closed = once(child, 'close');
  return {
    /** Waits until the terminal has shown this. */
    async shows(pattern: RegExp): Promise<void> {
      while (!pattern.test(output)) {
        if (child.exitCode !== null)
          throw new Error(`The tool ended before it showed ${pattern}:\n${output}`);
        await Promise.race([once(child.stdout, 'data'), closed]);
      }
    },
    /** Presses keys: `\x03` is Ctrl-C, `\x04` Ctrl-D. */
    press: (keys: string) => child.stdin.write(keys),
    /** Waits for the end. Returns the status (128 and the number of the signal that ended it), and all output. */
    async ended(): Promise<{ code: number; output: string }> {
      const [code] = await closed;
      return { code: Number(code), output };
    },
  };
}

/** The machine's own variables that would name another world than the test's. */
const NAMING =
  /^(SESSIONS_API_|EVENTS_QUEUE_URL|DEAD_LETTER_QUEUE_URL|MEMORY_TABLE|AWS_|INIT_CWD|npm_config_)/;

function programOf(name: string): string {
  return new URL(`../../cli/${name}.ts`, import.meta.url).pathname;
}

function environment(env: Record<string, string>): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !NAMING.test(name)));
  // Compiled once for all runs: half of a run's time otherwise.
  return { ...own, NODE_COMPILE_CACHE: join(tmpdir(), 'session-hooks-compile-cache'), ...env };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function versionOfScript(): string {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}
