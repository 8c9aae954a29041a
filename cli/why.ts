/** Who deleted a session: what the memory of a world says. */
import { readMemoryConfig } from '../lib/memory/config.ts';
import { openMemory } from '../lib/memory/memory.ts';
import { readAwsConfig } from '../lib/runtime/environment.ts';
import { findAws } from './aws.ts';
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
  const table = placeIn(world, 'MEMORY_TABLE');
  const { days } = readMemoryConfig(world.env);
  const aws = world.isLocal ? readAwsConfig(world.env) : await findAws();
  terminal.target(targetName(`${aws.endpoints.dynamodb}/${table}`, world));
  const found = await openMemory({ table, days }, () => aws).why(id, AbortSignal.timeout(TIMEOUT_MS));
  if (found === undefined) {
    const line = `Session ${id} was never deleted by this service, as far as it remembers (${days} days).`;
    return { data: null, lines: [line] };
  }
  const { deletedAtMs, by, event } = found;
  const deletedAt = new Date(deletedAtMs).toISOString();
  const when = `at ${deletedAt} (${ageText(Date.now() - deletedAtMs)} ago)`;
  return {
    data: { session_id: id, deleted_at: deletedAt, by, event },
    lines: [`Session ${id} was deleted ${when}, because of ${by}: ${event}.`],
  };
}
