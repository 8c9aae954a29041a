/** The configuration of the sweep. */
import * as v from 'valibot';
import type { Environment, Variable } from '../runtime/environment.ts';
import { durationMs, integer, number, reader } from '../runtime/environment.ts';
import type { DeploymentSweepConfig } from './deployment-sweep.ts';
import type { SweepPolicy } from './policy.ts';
import { parseSelectors, type Selector } from './selectors.ts';

/** What a sweep stops, and whether. */
export interface SweepConfig {
  policy: SweepPolicy;
  /** `report` never stops anything. */
  mode: 'stop' | 'report';
  /** The most sessions that are stopped within an hour. With more to stop, none is. */
  maxStops: number;
}

const DEFAULT_AFTER_MS = 15 * 60_000;

/**
 * Reads `SWEEP_EMPTY_AFTER`, `SWEEP_UNLINKED_AFTER`, `SWEEP_MAX_AGE`, `SWEEP_EMPTY_PROOF`, `SWEEP_PROTECT`,
 * `SWEEP_ONLY`, `SWEEP_MODE` and `SWEEP_MAX_STOPS`. One that is set to an empty text is wrong: a threshold that got
 * lost must not become another one.
 * @throws ConfigError naming every variable that is wrong.
 */
export function readSweepConfig(env: Environment = process.env): SweepConfig {
  const read = reader(env);
  const { mode, maxStops, ...policy } = read.finish({
    emptyAfterMs: read(duration('SWEEP_EMPTY_AFTER', DEFAULT_AFTER_MS)),
    unlinkedAfterMs: read(duration('SWEEP_UNLINKED_AFTER', DEFAULT_AFTER_MS)),
    maxAgeMs: read(duration('SWEEP_MAX_AGE', Number.POSITIVE_INFINITY)),
    emptyProof: read(choice('SWEEP_EMPTY_PROOF', ['shown', 'seen'])),
    protect: read(selectors('SWEEP_PROTECT', 'none')),
    only: read(selectors('SWEEP_ONLY', 'all')),
    mode: read(choice('SWEEP_MODE', ['report', 'stop'])),
    maxStops: read({ ...integer('SWEEP_MAX_STOPS', 1, 10_000, 500, 'sessions'), emptyIsWrong: true }),
  });
  return { policy, mode, maxStops };
}

/**
 * Reads `SWEEP_DEPLOYMENTS`, `SWEEP_DEPLOYMENT_EMPTY_AFTER`, `SWEEP_DEPLOYMENT_MAX_AGE`, `SWEEP_DEPLOYMENT_MAX_STOPS`,
 * `SWEEP_PRICE_PER_HOUR`, `SWEEP_PROTECT` and `SWEEP_ONLY`.
 * @throws ConfigError naming every variable that is wrong.
 */
export function readDeploymentSweepConfig(env: Environment = process.env): DeploymentSweepConfig {
  const read = reader(env);
  const { mode, maxStops, pricePerHour, ...policy } = read.finish({
    mode: read(choice('SWEEP_DEPLOYMENTS', ['off', 'report', 'stop'])),
    emptyAfterMs: read(duration('SWEEP_DEPLOYMENT_EMPTY_AFTER', DEFAULT_AFTER_MS)),
    maxAgeMs: read(duration('SWEEP_DEPLOYMENT_MAX_AGE', Number.POSITIVE_INFINITY)),
    maxStops: read({
      ...integer('SWEEP_DEPLOYMENT_MAX_STOPS', 1, 10_000, 50, 'deployments'),
      emptyIsWrong: true,
    }),
    pricePerHour: read({
      name: 'SWEEP_PRICE_PER_HOUR',
      schema: number(0, 1000),
      expected: 'what one deployment costs an hour, a number from 0 to 1000, without a currency',
      fallback: 0,
    }),
    protect: read(selectors('SWEEP_PROTECT', 'none')),
    only: read(selectors('SWEEP_ONLY', 'all')),
  });
  return { policy, mode, maxStops, pricePerHour };
}

/** One of these words; the first is the default. */
function choice<const T extends string>(name: string, words: readonly [T, ...T[]]): Variable<T> {
  const [fallback] = words;
  return { name, schema: v.picklist(words), expected: words.join(' or '), fallback, emptyIsWrong: true };
}

/** A list of selectors, or the word for the empty list, which is the default. */
function selectors(name: string, none: string): Variable<readonly Selector[]> {
  const parse = (text: string): Selector[] | undefined => (text === none ? [] : parseSelectors(text));
  return {
    name,
    schema: v.pipe(
      v.string(),
      v.check((text) => parse(text) !== undefined),
      v.transform((text) => parse(text) ?? []),
    ),
    expected: `${none}, or session:ID, deployment:ID, tag:NAME and app:NAME, comma-separated, each with an optional trailing *`,
    fallback: [],
    emptyIsWrong: true,
  };
}

/** Milliseconds of `90s`, `15m`, `2h` or `1d`; `off` is Infinity. */
function duration(name: string, fallback: number): Variable<number> {
  const ms = (text: string): number => (text === 'off' ? Number.POSITIVE_INFINITY : durationMs(text));
  return {
    name,
    schema: v.pipe(v.string(), v.regex(/^([1-9]\d{0,5}[smhd]|off)$/), v.transform(ms)),
    expected: 'a whole number with a unit (90s, 15m, 2h, 1d), or off',
    fallback,
    emptyIsWrong: true,
  };
}
