/** (f) Memory of one invocation with as many records as Lambda allows. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stormEvents, stormSessions } from '../cli/storm.ts';
import { sqsEvent } from '../test/support/records.ts';
import { startStage } from '../test/support/stage.ts';
import { pathOf } from './contestants.ts';
import { type Part, shown } from './report.ts';

const run = promisify(execFile);
const RECORDS = 10_000;
const LIMIT_MB = 256;

/** The event is read as Lambda's runtime reads it: from text, within the process. */
const PROGRAM = `
import { readFileSync } from 'node:fs';
const { handler } = await import(process.argv[1]);
const before = process.memoryUsage.rss();
let most = before;
const sample = () => { most = Math.max(most, process.memoryUsage.rss()); };
const sampling = setInterval(sample, 2);
const response = await handler(JSON.parse(readFileSync(process.argv[2], 'utf8')), { awsRequestId: '1', functionName: 'bench', getRemainingTimeInMillis: () => 60000 });
clearInterval(sampling);
sample();
console.log('MEMORY ' + JSON.stringify([before, most, response.batchItemFailures.length]));
process.exit(0);
`;

/** A fresh process. */
export async function memory(): Promise<Part> {
  const stage = await startStage();
  const matches = Math.ceil(RECORDS / 11);
  stage.sandbox.store.add(stormSessions(matches, 5));
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const file = join(folder, 'event.json');
  const events = stormEvents(matches, { seed: 5, shuffle: true }).slice(0, RECORDS);
  await writeFile(file, JSON.stringify(sqsEvent(events)));
  const env = { ...process.env, ...stage.environment(), API_RATE: '1000' };
  const args = ['--input-type=module', '-e', PROGRAM, pathOf('session-events'), file];
  const { stdout } = await run(process.execPath, args, { env });
  await rm(folder, { recursive: true });
  await stage.stop();
  const [before = Number.NaN, most = Number.NaN, failures] = JSON.parse(
    /MEMORY (.*)/.exec(stdout)?.[1] ?? '[]',
  ).map(Number);
  if (failures !== 0) throw new Error(`${failures} of ${RECORDS} records failed.`);
  const megabytes = most / 1024 ** 2;
  return {
    title: 'Memory',
    how: `A fresh process handles ${shown(RECORDS)} records in one invocation: the most that it ever held (resident set).`,
    findings: [
      {
        what: `${shown(RECORDS)} records`,
        measured: `${shown(megabytes)} MB, ${shown((most - before) / 1024 ** 2)} MB above the start`,
        goal: `≤ ${LIMIT_MB} MB`,
        met: megabytes <= LIMIT_MB,
      },
    ],
  };
}
