/** `npm run sweep`: which sessions are stale and why; with `--stop` they are stopped. */
import type { Environment } from '../lib/runtime/environment.ts';
import { ConfigError } from '../lib/runtime/environment.ts';
import type { SweepRow } from '../lib/sweep/assess.ts';
import { readSweepConfig, type SweepConfig } from '../lib/sweep/config.ts';
import { createSweep, type SweepReport } from '../lib/sweep/sweep.ts';
import { sweepLine } from '../lib/sweep/telemetry.ts';
import { LOCAL_SWEEP } from '../local-addresses.ts';
import { ageText } from './age.ts';
import { connectApi } from './api.ts';
import { confirm } from './ask.ts';
import { UsageError } from './errors.ts';
import { readOptions, runProgram } from './program.ts';
import { type ProgressBar, progressBar } from './progress.ts';
import { table } from './table.ts';

const HELP = `Finds stale sessions: on the local stage (npm start), or with SESSIONS_API_KEY on the real API.

  npm run sweep                only reports
  npm run sweep -- --stop      stops them; asks first, --yes does not

  --empty-after 15m            a session without users is stale at this age
  --unlinked-after 15m         … and one that no deployment took
  --max-age 1d                 … and any session; off by default (24h on the local stage)
  --protect session:ID,deployment:ID,tag:NAME    never these; a trailing * is allowed
  --max-stops 500              more stale sessions than that: none is stopped
  --json
  --help`;

const OPTIONS = {
  'empty-after': { type: 'string' },
  'unlinked-after': { type: 'string' },
  'max-age': { type: 'string' },
  protect: { type: 'string' },
  'max-stops': { type: 'string' },
  stop: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** The options that stand for a variable of the function. */
const THRESHOLDS = [
  ['empty-after', 'SWEEP_EMPTY_AFTER'],
  ['unlinked-after', 'SWEEP_UNLINKED_AFTER'],
  ['max-age', 'SWEEP_MAX_AGE'],
  ['protect', 'SWEEP_PROTECT'],
  ['max-stops', 'SWEEP_MAX_STOPS'],
] as const;

/** What each step of a sweep is called. */
const VERBS = { list: 'listing', look: 'looking at', again: 'looking again at' } as const;

type Values = ReturnType<typeof readArguments>;

await runProgram(main);

async function main(args: string[]): Promise<void> {
  const values = readArguments(args);
  if (values.help) {
    console.log(HELP);
    return;
  }
  const { client, config, isLocal } = connectApi({ share: 0.5 });
  const sweep = createSweep({
    ...sweepConfig(values, isLocal ? { ...LOCAL_SWEEP, ...process.env } : process.env),
    client,
    concurrency: config.apiConcurrency,
    rate: config.apiRate,
    bulkStopChunk: config.bulkStopChunk,
  });
  const progress = progressOfSteps();
  const report = await sweep({
    onProgress: progress.update,
    confirm: async (rows) => {
      progress.stop();
      if (!values.json) console.log(rowTable(rows));
      return await confirm(`Stop ${stale(rows)} sessions at ${config.apiUrl}?`, values.yes);
    },
  });
  progress.stop();
  tell(report, config.apiUrl, values);
}

function readArguments(args: string[]) {
  return readOptions({ args, options: OPTIONS }).values;
}

/** The function's configuration, with the options in place of its variables. */
function sweepConfig(values: Values, env: Environment): SweepConfig {
  const given = THRESHOLDS.filter(([option]) => values[option] !== undefined);
  const own = Object.fromEntries(given.map(([option, variable]) => [variable, values[option]]));
  try {
    return readSweepConfig({ ...env, ...own, SWEEP_MODE: values.stop ? 'stop' : 'report' });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UsageError(
      given.reduce((text, [option, variable]) => text.replaceAll(variable, `--${option}`), error.message),
    );
  }
}

function progressOfSteps() {
  let current: keyof typeof VERBS | undefined;
  let bar: ProgressBar | undefined;
  return {
    update(step: keyof typeof VERBS, done: number, total?: number): void {
      if (step !== current) {
        bar?.stop();
        bar = progressBar(VERBS[step], 'sessions', total);
        current = step;
      }
      bar?.update(done);
    },
    stop: () => bar?.stop(),
  };
}

function tell(report: SweepReport, url: string, values: Values): void {
  if (values.json)
    console.log(JSON.stringify({ ...sweepLine(report), sessions: report.rows.map(shown) }, null, 2));
  else {
    if (!values.stop || report.guardTripped) console.log(rowTable(report.rows));
    console.log(summary(report, url, values));
  }
  for (const { code, count, reason } of report.problems) {
    console.error(`${count} sessions are left for the next sweep: ${code}, ${reason}`);
  }
  if (report.guardTripped) console.error('More are stale than --max-stops allows: none was stopped.');
  if (report.guardTripped || report.problems.length > 0) process.exitCode = 1;
}

function summary({ listed, rows, stopped }: SweepReport, url: string, { stop }: Values): string {
  const found = `${listed} sessions at ${url}`;
  return stop ? `${found}: stopped ${stopped.length}.` : `${found}: ${stale(rows)} stale. --stop stops them.`;
}

function stale(rows: readonly SweepRow[]): number {
  return rows.filter(({ verdict }) => verdict.stop).length;
}

/** The stale ones first, the oldest at the top. Sessions with users that are not old enough are nobody's question. */
function rowTable(all: readonly SweepRow[]): string {
  const rows = all.filter(({ users, verdict }) => verdict.rule !== 'young' || users === 0);
  if (rows.length === 0) return 'No session looks stale.';
  const order = ({ verdict }: SweepRow): number => (verdict.stop ? 1e15 : 0) + (verdict.ageMs ?? 0);
  const cells = rows
    .toSorted((one, other) => order(other) - order(one))
    .map(({ listed, users, verdict }) => [
      listed.session_id,
      listed.deployment_request_id ?? '-',
      users === undefined ? '?' : String(users),
      verdict.ageMs === undefined ? '?' : ageText(verdict.ageMs),
      verdict.rule,
      verdict.stop ? 'stop' : 'keep',
    ]);
  return table([['SESSION', 'DEPLOYMENT', 'USERS', 'AGE', 'RULE', 'VERDICT'], ...cells]);
}

function shown({ listed, users, verdict }: SweepRow): object {
  return {
    session_id: listed.session_id,
    deployment_request_id: listed.deployment_request_id ?? null,
    users,
    age_seconds: verdict.ageMs === undefined ? null : Math.round(verdict.ageMs / 1000),
    rule: verdict.rule,
    verdict: verdict.stop ? 'stop' : 'keep',
  };
}
