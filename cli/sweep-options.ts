/** The options of `npm run sweep`, and the configuration that they change. */
import { ConfigError, type Environment } from '../lib/runtime/environment.ts';
import { UsageError } from './errors.ts';
import type { ValuesOf } from './options.ts';
import { AS_JSON, flagOf, YES } from './options.ts';
import { STAGE } from './world.ts';

/** The options. Ages and limits without a value here are those of the world. */
export const OPTIONS = {
  stage: STAGE,
  deployments: { about: 'look at the deployments, not at the sessions' },
  stop: { about: 'stop what is stale; asks first' },
  emptyAfter: {
    value: 'AGE',
    about: 'when a session without users, or a deployment that lost its sessions, is stale (15m)',
  },
  unlinkedAfter: { value: 'AGE', about: 'when a session without a deployment is stale (15m)' },
  maxAge: {
    value: 'AGE',
    about: 'when any is stale (off; on the local stage 24h for sessions, 30h for deployments)',
  },
  protect: {
    value: 'LIST',
    about: 'never stop these: session:ID,deployment:ID,tag:NAME,app:NAME; * ends a prefix',
  },
  maxStops: { value: 'N', about: 'stop none if more are stale (500 sessions, 50 deployments)' },
  pricePerHour: { value: 'N', about: 'what one deployment costs an hour, with --deployments' },
  yes: YES,
  json: AS_JSON,
} as const;

/** What the tool reads from its options. */
export type Values = ValuesOf<typeof OPTIONS>;

/** An option, and the variable of the function whose place it takes. */
type Threshold = readonly [keyof Values, string];

const OF_SESSIONS: readonly Threshold[] = [
  ['emptyAfter', 'SWEEP_EMPTY_AFTER'],
  ['unlinkedAfter', 'SWEEP_UNLINKED_AFTER'],
  ['maxAge', 'SWEEP_MAX_AGE'],
  ['protect', 'SWEEP_PROTECT'],
  ['maxStops', 'SWEEP_MAX_STOPS'],
];

const OF_DEPLOYMENTS: readonly Threshold[] = [
  ['emptyAfter', 'SWEEP_DEPLOYMENT_EMPTY_AFTER'],
  ['maxAge', 'SWEEP_DEPLOYMENT_MAX_AGE'],
  ['protect', 'SWEEP_PROTECT'],
  ['maxStops', 'SWEEP_DEPLOYMENT_MAX_STOPS'],
  ['pricePerHour', 'SWEEP_PRICE_PER_HOUR'],
];

/** Refuses an option that would be ignored. @throws UsageError */
export function checkOptions({ yes, stop, deployments, unlinkedAfter, pricePerHour }: Values): void {
  if (yes && !stop) throw new UsageError('--yes cannot be used without --stop.');
  if (deployments && unlinkedAfter !== undefined)
    throw new UsageError('--unlinked-after is about sessions: it cannot be used with --deployments.');
  if (!deployments && pricePerHour !== undefined)
    throw new UsageError('--price-per-hour cannot be used without --deployments.');
}

/**
 * Reads the configuration of the function, with the options in place of its variables.
 * @param read reads it from variables.
 * @throws UsageError naming every option that is wrong.
 */
export function configWith<T>(read: (env: Environment) => T, values: Values, env: Environment): T {
  const given = (values.deployments ? OF_DEPLOYMENTS : OF_SESSIONS).filter(
    ([option]) => values[option] !== undefined,
  );
  const own = Object.fromEntries(given.map(([option, variable]) => [variable, String(values[option])]));
  const mode = { [values.deployments ? 'SWEEP_DEPLOYMENTS' : 'SWEEP_MODE']: values.stop ? 'stop' : 'report' };
  try {
    return read({ ...env, ...own, ...mode });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UsageError(
      given.reduce((text, [option, variable]) => text.replaceAll(variable, flagOf(option)), error.message),
    );
  }
}
