/** `npm run bench`: measures what the project promises, against its peers, in one run, and writes bench/RESULTS.md. */
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { acknowledging } from './acknowledge.ts';
import { calls, drainTime } from './calls.ts';
import { coldStart } from './cold-start.ts';
import { cpu, growth } from './cpu.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { markdown, type Part, shown } from './report.ts';

const PARTS: Readonly<Record<string, () => Promise<Part>>> = {
  calls,
  drain: drainTime,
  'cold-start': coldStart,
  cpu,
  latency,
  memory,
  growth,
  acknowledge: acknowledging,
};

const [only] = process.argv.slice(2);
if (only !== undefined && !Object.hasOwn(PARTS, only)) {
  console.error(`There is no part "${only}"; there are ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}

const texts: string[] = [];
for (const [name, measure] of Object.entries(PARTS)) {
  if (only !== undefined && only !== name) continue;
  const text = markdown(await measure());
  console.log(text);
  texts.push(text);
}
// One part alone is for the one who looks at it: what is written down comes from one run.
if (only === undefined) {
  await writeFile(new URL('RESULTS.md', import.meta.url), [heading(), ...texts].join('\n'));
}

function heading(): string {
  const [processor] = cpus();
  const gigabytes = shown(totalmem() / 1024 ** 3);
  const machine = `${availableParallelism()} cores (${processor?.model ?? 'unknown'}), ${gigabytes} GB, ${process.platform} ${process.arch}, Node ${process.version}`;
  return `# Results of \`npm run bench\`\n\nOne run on ${machine}, ${new Date().toISOString().slice(0, 10)}. Times are of this machine; the ratios are what counts.\n`;
}
