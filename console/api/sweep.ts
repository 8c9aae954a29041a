/** What a sweep would stop now. It is the deployment's own sweep, in report mode: nothing is stopped. */
import type { FastifyInstance } from 'fastify';
import { createSweep, type Sweep, type SweepReport } from '../../lib/sweep/sweep.ts';
import type { SweepPreview } from '../answers.ts';
import type { Live } from '../live.ts';
import type { ConsoleSource } from '../source.ts';

const CONCURRENCY = 2;
/** With many sessions, what is not decided by then is reported as such. */
const LOOK_WITHIN_MS = 5 * 60_000;

/** `GET /api/sweep` looks at the sessions and judges them by the deployment's own rules. */
export function addSweep(app: FastifyInstance, source: ConsoleSource, live: Live): void {
  const look = createSweep({
    ...source.sweep,
    mode: 'report',
    client: source.client,
    concurrency: CONCURRENCY,
    rate: source.apiRate,
    // Nothing is stopped.
    bulkStopChunk: 1,
  });
  let looking: Promise<SweepPreview> | undefined;
  app.get('/api/sweep', async () => {
    // Two pages that ask at once get one answer.
    looking ??= preview(look, source, live).finally(() => {
      looking = undefined;
    });
    return await looking;
  });
}

async function preview(look: Sweep, { sweep }: ConsoleSource, live: Live): Promise<SweepPreview> {
  try {
    const report = await look({
      deadline: Date.now() + LOOK_WITHIN_MS,
      onProgress: (_step, done, total) => live.progress({ what: 'sweep', done, total: total ?? done + 1 }),
    });
    return previewOf(report, sweep);
  } finally {
    live.progress({ what: 'sweep', done: 1, total: 1 });
  }
}

function previewOf(report: SweepReport, { mode, maxStops }: ConsoleSource['sweep']): SweepPreview {
  const { listed, undecided, rows, problems } = report;
  return {
    at: Date.now(),
    mode,
    listed,
    undecided,
    maxStops,
    candidates: rows.map(({ listed: session, users, verdict }) => ({
      id: session.session_id,
      deployment: session.deployment_request_id ?? null,
      users: users ?? null,
      ageMs: verdict.ageMs ?? null,
      rule: verdict.rule,
      stop: verdict.stop,
    })),
    problems: problems.map(({ code, count, reason }) => `${count} sessions, ${code}: ${reason}`),
  };
}
