/** The sweep of sessions by hand. */
import type { SweepRow } from '../lib/sweep/assess.ts';
import { readSweepConfig } from '../lib/sweep/config.ts';
import { createSweep, type SweepReport } from '../lib/sweep/sweep.ts';
import { sweepLine } from '../lib/sweep/telemetry.ts';
import { connectApi, SWEEP_SHARE } from './api.ts';
import type { Result } from './runner.ts';
import { configWith, type Values } from './sweep-options.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { ageText, counted } from './words.ts';
import type { World } from './world.ts';

/** What the bar calls each step of a sweep. */
const VERBS = { list: 'listing', look: 'looking at', again: 'looking again at' } as const;

/** Reports the stale sessions of a world, and stops them with `--stop`. @throws UsageError for a wrong option. */
export async function sweepSessions(terminal: Terminal, values: Values, world: World): Promise<Result> {
  const { client, config, target } = connectApi(world, SWEEP_SHARE);
  const { apiUrl, apiRate, apiConcurrency: concurrency, bulkStopChunk } = config;
  const sweep = createSweep({
    ...configWith(readSweepConfig, values, world.env),
    ...{ client, concurrency, bulkStopChunk, rate: apiRate * SWEEP_SHARE },
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
