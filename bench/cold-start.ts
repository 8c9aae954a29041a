/** (c) Cold start: a fresh process imports a bundle and handles its first event. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { sqsEvent } from '../test/support/records.ts';
import { startStage } from '../test/support/stage.ts';
import { buildPeers, CONTESTANTS, type Contestant, NAMES, pathOf } from './contestants.ts';
import { type Finding, median, type Part, shown } from './report.ts';

const run = promisify(execFile);
const ROUNDS = 31;

/** Imports, then calls `fetch` once, for Node loads its HTTP client with the first request; then the first event. */
const PROGRAM = `
const startedAt = performance.now();
const { handler } = await import(process.argv[1]);
const importedAt = performance.now();
if (process.argv[3] === 'fetch') await fetch(process.env.SESSIONS_API_URL + '/v1/sessions');
else await handler(JSON.parse(process.argv[2]), { awsRequestId: '1', functionName: 'bench', getRemainingTimeInMillis: () => 30000 });
const endedAt = performance.now();
console.log('TIMES ' + JSON.stringify([importedAt - startedAt, endedAt - startedAt]));
process.exit(0);
`;

interface Times {
  imported: number[];
  fetched: number[];
  handled: number[];
}

/** Medians of interleaved rounds, so that what else the machine does strikes all alike. */
export async function coldStart(): Promise<Part> {
  await buildPeers();
  // Kind: an answer that must be proven takes a second request, whoever handles the event.
  const stage = await startStage({ kind: true });
  const times = new Map<Contestant, Times>(
    CONTESTANTS.map((name) => [name, { imported: [], fetched: [], handled: [] }]),
  );
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, { imported, fetched, handled }] of times) {
      const sessionId = `${name}-${round}`;
      stage.sandbox.store.add([{ session_id: sessionId }]);
      const [importMs, fetchMs] = await once(name, stage.environment(), 'fetch', sessionId);
      imported.push(importMs);
      fetched.push(fetchMs);
      handled.push((await once(name, stage.environment(), 'event', sessionId))[1]);
    }
  }
  await stage.stop();
  const of = (name: Contestant, kind: keyof Times): number => median(times.get(name)?.[kind] ?? []);
  const rows = CONTESTANTS.map((name): Finding => {
    const ratio = (kind: keyof Times): string => shown(of(name, kind) / of('fetch-only', kind));
    const parts = [
      `import ${shown(of(name, 'imported'))} ms`,
      `import and \`fetch\` ${shown(of(name, 'fetched'))} ms (${ratio('fetched')})`,
      `import and first event ${shown(of(name, 'handled'))} ms (${ratio('handled')})`,
    ];
    return { what: NAMES[name], measured: parts.join('; ') };
  });
  const baseline = times.get('fetch-only')?.fetched ?? [];
  const ours = times.get('session-events')?.handled ?? [];
  const ratio = median(ours.map((ms, round) => ms / (baseline[round] ?? Number.NaN)));
  return {
    title: 'Cold start',
    how: `A fresh Node process imports the bundle (${ROUNDS} interleaved rounds, medians; in brackets the ratio to \`fetch\` alone). Node loads its HTTP client with the first request, so that one \`fetch\` is counted for everyone. Lambda's own start is not in it.`,
    findings: [
      ...rows,
      {
        what: 'import and first event, against import and `fetch` alone in the same round (median)',
        measured: `${shown(ratio)} times`,
        goal: '≤ 1.35 times',
        met: ratio <= 1.35,
      },
    ],
  };
}

async function once(
  name: Contestant,
  env: Record<string, string>,
  what: 'fetch' | 'event',
  sessionId: string,
): Promise<[number, number]> {
  const event = JSON.stringify(sqsEvent([{ type: 'match.ended', data: { session_id: sessionId } }]));
  const args = ['--input-type=module', '-e', PROGRAM, pathOf(name), event, what];
  const { stdout } = await run(process.execPath, args, { env: { ...process.env, ...env, API_RATE: '1000' } });
  const [first = Number.NaN, second = Number.NaN] = JSON.parse(/TIMES (.*)/.exec(stdout)?.[1] ?? '[]').map(
    Number,
  );
  return [first, second];
}
