/** The local stage as a person starts it: the real Serverless program, on free ports. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../node_modules/serverless/bin/serverless.js', import.meta.url));

const STDIO: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
/** What `npm start` needs nothing of. */
const NOT_COPIED = new Set([
  'node_modules',
  'dist',
  'test',
  'docs',
  'bench',
  'coverage',
  '.git',
  '.serverless',
]);

/** Returns a value of `LOCAL_PORT_BASE`: it and the next nine ports are free, and no client is given one of them. */
export async function freeBase(): Promise<number> {
  for (;;) {
    const base = 20_000 + Math.floor(Math.random() * 1000) * 10;
    const servers = Array.from({ length: 10 }, (_, place) =>
      createServer().listen(base + place, '127.0.0.1'),
    );
    const listening = await Promise.allSettled(servers.map((server) => once(server, 'listening')));
    await Promise.all(
      servers.filter((server) => server.listening).map((server) => once(server.close(), 'close')),
    );
    if (listening.every(({ status }) => status === 'fulfilled')) return base;
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const ports: number[] = [];
  for (const server of servers) {
    if (!server.listening) await once(server, 'listening');
    const address = server.address();
    if (address !== null && typeof address === 'object') ports.push(address.port);
  }
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return ports;
}

/** Variables that put a stage on free ports. */
export async function portVariables() {
  const [sqs, sandbox, lambda, hook, dynamoDb, console] = await freePorts(6);
  return {
    LOCAL_SQS_PORT: `${sqs}`,
    LOCAL_SANDBOX_PORT: `${sandbox}`,
    LOCAL_LAMBDA_PORT: `${lambda}`,
    LOCAL_HOOK_PORT: `${hook}`,
    LOCAL_DYNAMODB_PORT: `${dynamoDb}`,
    LOCAL_CONSOLE_PORT: `${console}`,
  };
}

/** Starts the stage within a test, which ends it. */
export function startLocalStage(ports: Record<string, string>, ...parameters: string[]) {
  const stage = spawnLocalStage(ports, ...parameters);
  onTestFinished(() => {
    stage.kill();
  });
  return stage;
}

/** Starts the stage; `says` is done once it has printed this. */
export function spawnLocalStage(ports: Record<string, string>, ...parameters: string[]) {
  const args = [PROGRAM, 'offline', 'start', '--stage', 'local', ...parameters];
  return watch(spawn(process.execPath, args, { cwd: ROOT, env: environment(ports), stdio: STDIO }));
}

/** Starts the stage with `npm start`, in a copy of the project: it builds, and other tests use what is built here. */
export async function npmStart(settings: Record<string, string>, ...parameters: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'session-hooks-stage-'));
  for (const name of await readdir(ROOT)) {
    if (!NOT_COPIED.has(name)) await cp(join(ROOT, name), join(folder, name), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const args = ['start', '--', ...parameters];
  const options = { cwd: folder, env: environment(settings), stdio: STDIO, detached: true };
  const npm = spawn('npm', args, options);
  return {
    ...watch(npm),
    /** Ends whatever is left of npm, its shell and the stage, and removes the copy. */
    async remove(): Promise<void> {
      endGroup(npm.pid);
      await rm(folder, { recursive: true });
    },
  };
}

function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    const nobodyIsLeft = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!nobodyIsLeft) throw error;
  }
}

function environment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const { SESSIONS_API_KEY: _key, SESSIONS_API_URL: _url, ...env } = process.env;
  return { ...env, ...settings, NO_COLOR: '1' };
}

/** Follows what a process prints. */
function watch(started: ChildProcessByStdio<null, Readable, Readable>) {
  let output = '';
  let more = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<number | null>();
  started.on('close', closed.resolve);
  for (const stream of [started.stdout, started.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      more.resolve();
      more = Promise.withResolvers();
    });
  }
  async function says(pattern: RegExp): Promise<void> {
    const ended = closed.promise.then(() => 'ended');
    while (!pattern.test(output)) {
      const event = await Promise.race([more.promise, ended]);
      if (event === 'ended' && !pattern.test(output))
        throw new Error(`The stage ended before it said ${pattern}:\n${output}`);
    }
  }
  return {
    says,
    interrupt: () => started.kill('SIGINT'),
    terminate: () => started.kill('SIGTERM'),
    kill: () => started.kill('SIGKILL'),
    closed: closed.promise,
    output: () => output,
  };
}
