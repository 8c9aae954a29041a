/** `npm run sweep`: finds stale sessions and the rule for each; stops them with `--stop`. */
import type { Environment } from '../lib/runtime/environment.ts';
import { ConfigError } from '../lib/runtime/environment.ts';
import type { SweepRow } from '../lib/sweep/assess.ts';
import { readSweepConfig, type SweepConfig } from '../lib/sweep/config.ts';
import { createSweep, type SweepReport } from '../lib/sweep/sweep.ts';
import { sweepLine } from '../lib/sweep/telemetry.ts';
import { connectApi } from './api.ts';
import { UsageError } from './errors.ts';
import type { ValuesOf } from './options.ts';
import { AS_JSON, flagOf, YES } from './options.ts';
import { addAction, createTool, runTool } from './runner.ts';
import { table } from './table.ts';
import { ageText, counted } from './words.ts';
import { STAGE, worldOf } from './world.ts';

const OPTIONS = {
  stage: STAGE,
  stop: { about: 'stop the stale sessions; asks first' },
  emptyAfter: { value: 'AGE', about: 'when a session without users is stale (15m)' },
  unlinkedAfter: { value: 'AGE', about: 'when a session without a deployment is stale (15m)' },
  maxAge: { value: 'AGE', about: 'when any session is stale (off; 24h on the local stage)' },
  protect: { value: 'LIST', about: 'never stop these: session:ID,deployment:ID,tag:NAME; * ends a prefix' },
  maxStops: { value: 'N', about: 'stop none if more are stale (500)' },
  yes: YES,
  json: AS_JSON,
} as const;

type Values = ValuesOf<typeof OPTIONS>;

/** The options that take the place of a variable of the function. */
const THRESHOLDS = [
  ['emptyAfter', 'SWEEP_EMPTY_AFTER'],
  ['unlinkedAfter', 'SWEEP_UNLINKED_AFTER'],
  ['maxAge', 'SWEEP_MAX_AGE'],
  ['protect', 'SWEEP_PROTECT'],
  ['maxStops', 'SWEEP_MAX_STOPS'],
] as const;

/** What the bar calls each step of a sweep. */
const VERBS = { list: 'listing', look: 'looking at', again: 'looking again at' } as const;

/** Of `API_RATE`: events go first. */
const SHARE = 0.5;

const tool = createTool('sweep');

addAction(tool, {
  about:
    'Finds stale sessions of the local stage (npm start), or of the world that --stage or the environment names.',
  options: OPTIONS,
  run: async (terminal, values) => {
    if (values.yes && !values.stop) throw new UsageError('--yes cannot be used without --stop.');
    const world = await worldOf(values.stage, 'stale-sessions');
    const { client, config, target } = connectApi(world, SHARE);
    const { apiUrl, apiConcurrency, bulkStopChunk } = config;
    const sweepConfig = readConfig(values, world.env);
    const sweep = createSweep({
      ...sweepConfig,
      client,
      rate: config.apiRate * SHARE,
      concurrency: apiConcurrency,
      bulkStopChunk,
    });
    terminal.target(target);
    const report = await sweep({
      onProgress: (step, done, total) =>
        terminal.progress({ verb: VERBS[step], noun: 'sessions', done, total }),
      confirm: async (rows) => {
        if (!values.json) terminal.print(rowTable(rows));
        await terminal.confirm(() => `Stop ${counted(stale(rows), 'session')} at ${apiUrl}?`);
        return true;
      },
    });
    const shown = !values.stop || report.guardTripped ? rowTable(report.rows) : [];
    return {
      lines: [...shown, summary(report, apiUrl, values.stop)],
      data: { ...sweepLine(report), sessions: report.rows.map(rowData) },
      problems: problemsOf(report),
    };
  },
});

await runTool(tool);

/** The configuration of the function, with the options in place of its variables. */
function readConfig(values: Values, env: Environment): SweepConfig {
  const given = THRESHOLDS.filter(([option]) => values[option] !== undefined);
  const own = Object.fromEntries(given.map(([option, variable]) => [variable, values[option]]));
  try {
    return readSweepConfig({ ...env, ...own, SWEEP_MODE: values.stop ? 'stop' : 'report' });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UsageError(
      given.reduce((text, [option, variable]) => text.replaceAll(variable, flagOf(option)), error.message),
    );
  }
}

function problemsOf({ problems, guardTripped }: SweepReport): string[] {
  const left = problems.map(
    ({ code, count, reason }) => `Left for the next sweep: ${counted(count, 'session')}, ${code}: ${reason}`,
  );
  return guardTripped ? [...left, 'More are stale than --max-stops allows: none was stopped.'] : left;
}

function summary({ listed, rows, stopped }: SweepReport, url: string, stop: boolean): string {
  const found = `${counted(listed, 'session')} at ${url}`;
  return stop ? `${found}: stopped ${stopped.length}.` : `${found}: ${stale(rows)} stale. --stop stops them.`;
}

function stale(rows: readonly SweepRow[]): number {
  return rows.filter(({ verdict }) => verdict.stop).length;
}

/** The stale ones first, the oldest at the top. Sessions that are ending, or young with users, are left out. */
function rowTable(all: readonly SweepRow[]): string[] {
  const rows = all.filter(
    ({ users, verdict }) => verdict.rule !== 'ending' && (verdict.rule !== 'young' || users === 0),
  );
  if (rows.length === 0) return ['No session looks stale.'];
  const order = ({ verdict }: SweepRow): number => (verdict.stop ? 1e15 : 0) + (verdict.ageMs ?? 0);
  const cells = rows
    .toSorted((one, other) => order(other) - order(one))
    .map(({ listed, users, verdict }) => [
      listed.session_id,
      listed.deployment_request_id,
      users,
      verdict.ageMs === undefined ? '?' : ageText(verdict.ageMs),
      verdict.rule,
      verdict.stop ? 'stop' : 'keep',
    ]);
  return table([['SESSION', 'DEPLOYMENT', 'USERS', 'AGE', 'RULE', 'VERDICT'], ...cells]);
}

function rowData({ listed, users, verdict }: SweepRow): object {
  return {
    session_id: listed.session_id,
    deployment_request_id: listed.deployment_request_id ?? null,
    users,
    age_seconds: verdict.ageMs === undefined ? null : Math.round(verdict.ageMs / 1000),
    rule: verdict.rule,
    verdict: verdict.stop ? 'stop' : 'keep',
  };
}
