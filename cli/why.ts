/** Who deleted a session or stopped a deployment: what the memory of a world says. */
import { readMemoryConfig } from '../lib/memory/config.ts';
import { openMemory } from '../lib/memory/memory.ts';
import { awsOf } from './aws.ts';
import type { Result } from './runner.ts';
import type { Terminal } from './terminal.ts';
import { ageText } from './words.ts';
import { placeIn, targetName, type World } from './world.ts';

const TIMEOUT_MS = 10_000;

/**
 * Asks the memory about a session.
 * @throws UsageError where the world has no table, and MemoryError where it does not answer.
 */
export async function whyDeleted(terminal: Terminal, world: World, id: string): Promise<Result> {
  const { memory, days } = await openMemoryOf(terminal, world);
  const found = await memory.why(id, AbortSignal.timeout(TIMEOUT_MS));
  if (found === undefined) return never(`Session ${id} was never deleted`, days);
  const { deletedAtMs, by, event } = found;
  return {
    data: { session_id: id, deleted_at: new Date(deletedAtMs).toISOString(), by, event },
    lines: [`Session ${id} was deleted ${when(deletedAtMs)}, because of ${by}: ${event}.`],
  };
}

/**
 * Asks the memory about a deployment.
 * @throws UsageError where the world has no table, and MemoryError where it does not answer.
 */
export async function whyStopped(terminal: Terminal, world: World, id: string): Promise<Result> {
  const { memory, days } = await openMemoryOf(terminal, world);
  const ids = { sessionIds: [], deploymentIds: [id] };
  const { deployments, unavailable } = await memory.recall(ids, AbortSignal.timeout(TIMEOUT_MS));
  if (unavailable !== undefined) throw unavailable;
  const stopped = deployments.get(id)?.stopped;
  if (stopped === undefined) return never(`Deployment ${id} was never stopped`, days);
  const { stoppedAtMs, by, event } = stopped;
  return {
    data: { request_id: id, stopped_at: new Date(stoppedAtMs).toISOString(), by, event },
    lines: [`Deployment ${id} was stopped ${when(stoppedAtMs)}, because of ${by}: ${event}.`],
  };
}

async function openMemoryOf(terminal: Terminal, world: World) {
  const table = placeIn(world, 'MEMORY_TABLE');
  const { days } = readMemoryConfig(world.env);
  const aws = await awsOf(world);
  terminal.target(targetName(`${aws.endpoints.dynamodb}/${table}`, world));
  return { memory: openMemory({ table, days }, () => aws), days };
}

function never(what: string, days: number): Result {
  return { data: null, lines: [`${what} by this service, as far as it remembers (${days} days).`] };
}

function when(ms: number): string {
  return `at ${new Date(ms).toISOString()} (${ageText(Date.now() - ms)} ago)`;
}
