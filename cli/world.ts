/**
 * Which world a tool works on. One rule for all tools, and every tool names it in its first line on stderr:
 *
 * 1. what the command line names: `--stage NAME`, or an address such as `--queue-url`;
 * 2. what the environment names: any of `SESSIONS_API_KEY`, `SESSIONS_API_URL`, `EVENTS_QUEUE_URL`,
 *    `DEAD_LETTER_QUEUE_URL` and `MEMORY_TABLE`;
 * 3. the local stage.
 */
import type { Environment } from '../lib/runtime/environment.ts';
import {
  LOCAL_CREDENTIALS,
  LOCAL_REGION,
  LOCAL_SWEEP,
  LOCAL_TABLE_NAME,
  localStage,
  SANDBOX_API_KEY,
} from '../local-addresses.ts';
import { UsageError } from './errors.ts';

/** A world: where its API, its queues and its memory are. */
export interface World {
  /** For a person, such as `stage prod`; undefined where only addresses name it. */
  name: string | undefined;
  isLocal: boolean;
  /** The variables that its functions have; the machine's own beside them. */
  env: Environment;
}

/** The option that names a stage. */
export const STAGE = {
  value: 'NAME',
  about: 'a deployed stage, with your AWS credentials; local by default',
} as const;

/** The functions of a stage, by the variables that a tool needs. */
export type StageFunction = 'session-events' | 'stale-sessions' | 'hook';

/** The variables that name another world than the local stage. */
const NAMING = [
  'SESSIONS_API_KEY',
  'SESSIONS_API_URL',
  'EVENTS_QUEUE_URL',
  'DEAD_LETTER_QUEUE_URL',
  'MEMORY_TABLE',
] as const;

/** A variable that says where something is. */
type Naming = (typeof NAMING)[number];

/**
 * Returns the world that the command line or the environment names.
 * @param stage the value of `--stage`.
 * @param of the function of a deployed stage whose variables are read.
 * @throws Error when the stage cannot be read, with what to do.
 */
export async function worldOf(
  stage: string | undefined,
  of: StageFunction = 'session-events',
): Promise<World> {
  const { env } = process;
  if (stage === 'local' || (stage === undefined && named(env).length === 0)) return localWorld(env);
  if (stage === undefined) return { name: undefined, isLocal: false, env };
  const { readStage } = await import('./stage.ts');
  return { name: `stage ${stage}`, isLocal: false, env: await readStage(stage, of) };
}

/** The variables of the environment that name a world. */
function named(env: Environment): string[] {
  return NAMING.filter((name) => (env[name] ?? '') !== '');
}

function localWorld(env: Environment): World {
  const stage = localStage(env);
  const own = {
    SESSIONS_API_KEY: SANDBOX_API_KEY,
    SESSIONS_API_URL: stage.sandboxUrl,
    EVENTS_QUEUE_URL: stage.eventsQueueUrl,
    DEAD_LETTER_QUEUE_URL: stage.deadLetterQueueUrl,
    MEMORY_TABLE: LOCAL_TABLE_NAME,
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: stage.dynamoDbUrl,
  };
  return { name: 'local stage', isLocal: true, env: { ...LOCAL_SWEEP, ...env, ...own } };
}

/**
 * Returns what a world says about where something is.
 * @throws UsageError where it does not say.
 */
export function placeIn({ env, name }: World, variable: Naming): string {
  const place = env[variable] ?? '';
  if (place !== '') return place;
  const world =
    name ?? `The world that ${named(env).join(' and ')} name${named(env).length === 1 ? 's' : ''}`;
  throw new UsageError(`${world} has no ${variable}: set it, or pass --stage NAME.`);
}

/** Returns the name of a target for a person, without what may be secret in its URL. */
export function targetName(url: string, world: Pick<World, 'name'>): string {
  const { origin, pathname } = new URL(url);
  const address = `${origin}${pathname}`.replace(/\/$/, '');
  return world.name === undefined ? address : `${world.name}, ${address}`;
}
