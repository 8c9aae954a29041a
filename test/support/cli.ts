/** A tool of cli/ as a person runs it: a process of its own. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a tool printed, and the status it ended with. */
export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Runs `cli/NAME.ts`, without the machine's own key. @param env is added to the environment */
export async function runTool(
  name: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Ran> {
  const program = new URL(`../../cli/${name}.ts`, import.meta.url).pathname;
  const { SESSIONS_API_KEY: _key, SESSIONS_API_URL: _url, ...own } = process.env;
  try {
    const { stdout, stderr } = await run(process.execPath, [program, ...args], { env: { ...own, ...env } });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && 'stderr' in error && 'stdout' in error)) throw error;
    return { code: Number(error.code), out: String(error.stdout), err: String(error.stderr) };
  }
}
