/** Lambda environments in processes of their own, killed with SIGKILL at random moments and started anew. */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as z from 'zod/mini';

const TIMEOUT_MS = 6000;
const FILE = new URL('function-process.ts', import.meta.url);

const answerSchema = z.object({
  response: z.optional(z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) })),
});

/** A pool of environments. */
export interface Environments {
  /** Runs a batch in an idle environment; rejects when it fails or is killed meanwhile. */
  invoke(event: SQSEvent): Promise<SQSBatchResponse>;
  /** Kills one, busy ones first. */
  kill(): void;
  kills: number;
  /** Everything that the processes wrote. */
  output(): string;
  stop(): void;
}

/** Starts environments as they are needed. */
export function createEnvironments(env: Record<string, string>): Environments {
  const idle: ChildProcess[] = [];
  const busy = new Set<ChildProcess>();
  const written: string[] = [];

  function start(): ChildProcess {
    const child = fork(FILE, { env, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    child.stdout?.on('data', (data) => written.push(String(data)));
    child.stderr?.on('data', (data) => written.push(String(data)));
    return child;
  }

  async function invoke(event: SQSEvent): Promise<SQSBatchResponse> {
    const child = idle.pop() ?? start();
    busy.add(child);
    const { promise, resolve, reject } = Promise.withResolvers<SQSBatchResponse>();
    const died = () => reject(new Error('the environment was killed'));
    child.once('exit', died);
    child.once('message', (message) => {
      const { response } = answerSchema.parse(message);
      if (response === undefined) reject(new Error('the function threw'));
      else resolve(response);
    });
    child.send({ id: 1, event, timeoutMs: TIMEOUT_MS });
    try {
      return await promise;
    } finally {
      child.off('exit', died);
      busy.delete(child);
      if (child.connected && child.exitCode === null && !child.killed) idle.push(child);
    }
  }

  const environments: Environments = {
    invoke,
    kills: 0,
    kill() {
      const [victim] = [...busy, ...idle];
      if (victim === undefined) return;
      if (idle.includes(victim)) idle.splice(idle.indexOf(victim), 1);
      victim.kill('SIGKILL');
      environments.kills += 1;
    },
    output: () => written.join(''),
    stop() {
      for (const child of [...busy, ...idle]) child.kill('SIGKILL');
    },
  };
  return environments;
}
