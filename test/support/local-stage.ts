/** The local stage as a person starts it: the real Serverless program, on free ports. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../node_modules/serverless/bin/serverless.js', import.meta.url));

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
  const { SESSIONS_API_KEY: _key, SESSIONS_API_URL: _url, ...env } = process.env;
  const started = spawn(process.execPath, [PROGRAM, 'offline', 'start', '--stage', 'local', ...parameters], {
    cwd: ROOT,
    env: { ...env, ...ports, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const closed = Promise.withResolvers<number | null>();
  started.on('close', (code) => closed.resolve(code));
  for (const stream of [started.stdout, started.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  async function says(pattern: RegExp): Promise<void> {
    while (!pattern.test(output)) {
      if (started.exitCode !== null || started.signalCode !== null)
        throw new Error(`The stage ended before it said ${pattern}:\n${output}`);
      await Promise.race([once(started.stdout, 'data'), once(started.stderr, 'data'), closed.promise]);
    }
  }
  return {
    says,
    interrupt: () => started.kill('SIGINT'),
    kill: () => started.kill('SIGKILL'),
    closed: closed.promise,
    output: () => output,
  };
}
