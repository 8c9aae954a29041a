/** The configuration of the sweep, read and checked like the rest of it. */
import * as z from 'zod/mini';
import type { Environment, Variable } from '../runtime/environment.ts';
import { integer, reader } from '../runtime/environment.ts';
import type { Protection, SweepPolicy } from './policy.ts';

/** How a sweep is done. */
export interface SweepConfig {
  policy: SweepPolicy;
  /** `report` never stops anything. */
  mode: 'stop' | 'report';
  /** More stale sessions than that: none is stopped. */
  maxStops: number;
}

/** Milliseconds of a unit. */
const UNITS = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const DEFAULT_AFTER_MS = 15 * 60_000;

/**
 * Reads `SWEEP_EMPTY_AFTER`, `SWEEP_UNLINKED_AFTER`, `SWEEP_MAX_AGE`, `SWEEP_MODE`, `SWEEP_MAX_STOPS` and `SWEEP_PROTECT`.
 * One that is set to nothing is wrong: a threshold that got lost must not become another one.
 * @throws ConfigError naming every variable that is wrong.
 */
export function readSweepConfig(env: Environment = process.env): SweepConfig {
  const read = reader(env);
  const { emptyAfterMs, unlinkedAfterMs, maxAgeMs, protect, mode, maxStops } = read.finish({
    emptyAfterMs: read(duration('SWEEP_EMPTY_AFTER', DEFAULT_AFTER_MS)),
    unlinkedAfterMs: read(duration('SWEEP_UNLINKED_AFTER', DEFAULT_AFTER_MS)),
    maxAgeMs: read(duration('SWEEP_MAX_AGE', Number.POSITIVE_INFINITY)),
    protect: read({
      name: 'SWEEP_PROTECT',
      schema: protections(),
      expected:
        'none, or session:ID, deployment:ID and tag:NAME, comma-separated, each perhaps with a trailing *',
      fallback: [],
      emptyIsWrong: true,
    }),
    mode: read<'stop' | 'report'>({
      name: 'SWEEP_MODE',
      schema: z.enum(['stop', 'report']),
      expected: 'stop or report',
      fallback: 'stop',
      emptyIsWrong: true,
    }),
    maxStops: read({ ...integer('SWEEP_MAX_STOPS', 1, 10_000, 500, 'sessions'), emptyIsWrong: true }),
  });
  return { policy: { emptyAfterMs, unlinkedAfterMs, maxAgeMs, protect }, mode, maxStops };
}

/** Milliseconds of `90s`, `15m`, `2h` or `1d`; `off` is Infinity. */
function duration(name: string, fallback: number): Variable<number> {
  const ms = (text: string): number => {
    if (text === 'off') return Number.POSITIVE_INFINITY;
    return Number.parseInt(text, 10) * (UNITS.get(text.slice(-1)) ?? Number.NaN);
  };
  return {
    name,
    schema: z.pipe(z.string().check(z.regex(/^([1-9]\d{0,5}[smhd]|off)$/)), z.transform(ms)),
    expected: 'a whole number with a unit (90s, 15m, 2h, 1d), or off',
    fallback,
    emptyIsWrong: true,
  };
}

function protections() {
  const list = z
    .string()
    .check(
      z.regex(
        /^(none|\s*(session|deployment|tag):[^,*]*[^,*\s]\*?\s*(,\s*(session|deployment|tag):[^,*]*[^,*\s]\*?\s*)*)$/,
      ),
    );
  return z.pipe(
    list,
    z.transform((text: string) => (text === 'none' ? [] : text.split(',').map(protection))),
  );
}

function protection(entry: string): Protection {
  const [kind, ...rest] = entry.trim().split(':');
  const text = rest.join(':');
  const prefix = text.endsWith('*');
  return {
    kind: kind === 'session' || kind === 'deployment' ? kind : 'tag',
    text: prefix ? text.slice(0, -1) : text,
    prefix,
  };
}
