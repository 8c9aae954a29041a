/** The sweep of deployments by hand. It looks once: what earlier sweeps saw, it reads from the memory of the world. */
import { readDeploymentSweepConfig } from '../lib/sweep/config.ts';
import type { Judged } from '../lib/sweep/deployment-pass.ts';
import { createDeploymentSweep, type DeploymentSweepReport } from '../lib/sweep/deployment-sweep.ts';
import { deploymentSweepLine, hoursOf } from '../lib/sweep/deployment-telemetry.ts';
import { connectApi, SWEEP_SHARE } from './api.ts';
import type { Result } from './runner.ts';
import { sweepMemoryOf } from './sweep-memory.ts';
import { configWith, type Values } from './sweep-options.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { ageText, counted } from './words.ts';
import type { World } from './world.ts';

/** What the bar calls each step of a sweep. */
const VERBS = { look: 'looking at', again: 'looking again at' } as const;

/** Reports the stale deployments of a world, and stops them with `--stop`. @throws UsageError for a wrong option. */
export async function sweepDeployments(terminal: Terminal, values: Values, world: World): Promise<Result> {
  const { client, config, target } = connectApi(world, SWEEP_SHARE);
  const { apiUrl, apiRate, apiConcurrency: concurrency, bulkStopChunk } = config;
  const sweepConfig = configWith(readDeploymentSweepConfig, values, world.env);
  terminal.target(target);
  const { memory, absent } = await sweepMemoryOf(world);
  const sweep = createDeploymentSweep({
    ...sweepConfig,
    ...{ client, memory, concurrency, bulkStopChunk, rate: apiRate * SWEEP_SHARE },
  });
  terminal.progress({ verb: 'listing', noun: 'deployments', done: 0 });
  const report = await sweep({
    signal: new AbortController().signal,
    onProgress: (step, done, total) =>
      terminal.progress({ verb: VERBS[step], noun: 'deployments', done, total }),
    confirm: async (rows) => {
      if (!values.json) terminal.print(rowTable(rows));
      await terminal.confirm(() => `Stop ${counted(stale(rows).length, 'deployment')} at ${apiUrl}?`);
      return true;
    },
  });
  const shown = !values.stop || report.guardTripped ? rowTable(report.rows) : [];
  return {
    lines: [...shown, summary(report, apiUrl, values.stop), ...money(report), ...notes(report, absent)],
    data: { ...deploymentSweepLine(report), deployments: report.rows.map(rowData) },
    problems: problemsOf(report),
  };
}

function problemsOf({ problems, guardTripped, memoryFailure }: DeploymentSweepReport): string[] {
  return [
    ...problems.map(
      ({ code, count, reason }) =>
        `Left for the next sweep: ${counted(count, 'deployment')}, ${code}: ${reason}`,
    ),
    ...(memoryFailure === undefined ? [] : [`The memory did not answer: ${memoryFailure}`]),
    ...(guardTripped ? ['More are stale than --max-stops allows: none was stopped.'] : []),
  ];
}

function summary({ listed, rows, stopped }: DeploymentSweepReport, url: string, stop: boolean): string {
  const found = `${counted(listed, 'deployment')} at ${url}`;
  return stop
    ? `${found}: stopped ${stopped.length}.`
    : `${found}: ${stale(rows).length} stale. --stop stops them.`;
}

/** What the stale deployments cost. */
function money(report: DeploymentSweepReport): string[] {
  const { stale: count, hours, cost, costPerHour } = deploymentSweepLine(report);
  if (count === 0) return [];
  if (cost === undefined)
    return [`The stale ones have run for ${hours} hours. --price-per-hour says what that cost.`];
  return [
    `The stale ones have run for ${hours} hours, which cost ${cost}. Without them, each hour costs ${costPerHour} less.`,
  ];
}

/** Why a deployment may be kept that the rule `empty` is about. */
function notes({ emptied }: DeploymentSweepReport, absent: string | undefined): string[] {
  if (absent !== undefined) return [`No deployment counts as empty, because ${absent}.`];
  if (emptied === 0) return [];
  const which = `${counted(emptied, 'deployment')} had sessions and ${emptied === 1 ? 'has' : 'have'} none`;
  return [`${which}: the rule empty needs an earlier look of the function stale-sessions, long enough ago.`];
}

function stale(rows: readonly Judged[]): Judged[] {
  return rows.filter(({ verdict }) => verdict.stop);
}

/** The stale ones first, the oldest at the top. Those that are ending are left out. */
function rowTable(all: readonly Judged[]): string[] {
  const rows = all.filter(({ verdict }) => verdict.rule !== 'ending');
  if (rows.length === 0) return ['No deployment looks stale.'];
  const order = ({ facts, verdict }: Judged): number =>
    (verdict.stop ? 0 : 1e15) + (facts.startedMs ?? Number.MAX_SAFE_INTEGER);
  const cells = rows
    .toSorted((one, other) => order(one) - order(other))
    .map(({ facts: { id, app, sessions, startedMs }, verdict }) => [
      id,
      app,
      sessions ?? '?',
      startedMs === undefined ? '?' : ageText(Date.now() - startedMs),
      verdict.rule,
      verdict.stop ? 'stop' : 'keep',
    ]);
  return table([['DEPLOYMENT', 'APP', 'SESSIONS', 'AGE', 'RULE', 'VERDICT'], ...cells]);
}

function rowData(row: Judged): object {
  const { id, app, sessions, startedMs } = row.facts;
  return {
    request_id: id,
    app: app ?? null,
    sessions: sessions ?? null,
    hours: startedMs === undefined ? null : Math.round(hoursOf(row, Date.now()) * 100) / 100,
    rule: row.verdict.rule,
    verdict: row.verdict.stop ? 'stop' : 'keep',
  };
}
