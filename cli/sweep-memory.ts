/** What a sweep by hand takes from the memory of a world, and leaves there. */
import { readMemoryConfig } from '../lib/memory/config.ts';
import { openMemory } from '../lib/memory/memory.ts';
import type { SharedMemory } from '../lib/sweep/deployment-memory.ts';
import { awsOf } from './aws.ts';
import type { World } from './world.ts';

/** What the memory names as the event that stopped a deployment. */
const EVENT = 'npm run sweep';

const NOTHING: SharedMemory = {
  recall: async () => ({
    deleted: new Map(),
    deployments: new Map(),
    handled: new Map(),
    unavailable: undefined,
  }),
  rememberSessionsOn: async () => undefined,
  rememberEmpty: async () => undefined,
  rememberStopped: async () => undefined,
};

/**
 * Opens the memory of a world for one look. It reads what earlier sweeps saw, and writes nothing but stops: a report
 * changes nothing.
 * @returns it, and why it is empty where the world has no table.
 */
export async function sweepMemoryOf(world: World): Promise<{ memory: SharedMemory; absent?: string }> {
  const { table, days } = readMemoryConfig(world.env);
  if (table === undefined) return { memory: NOTHING, absent: 'no MEMORY_TABLE says which ones had sessions' };
  const aws = await awsOf(world);
  const { recall, rememberStopped } = openMemory({ table, days }, () => aws);
  return {
    memory: {
      ...NOTHING,
      recall,
      rememberStopped: (stopped, signal) =>
        rememberStopped(
          stopped.map((one) => ({ ...one, event: EVENT })),
          signal,
        ),
    },
  };
}
