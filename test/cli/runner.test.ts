/** What all tools have in common: their help, and what npm does to a command line. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startFauxqs } from 'fauxqs';
import { expect, test } from 'vitest';
import { LOCAL_QUEUE_NAMES } from '../../local-addresses.ts';
import { runTool } from '../support/cli.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Runs npm as a person does; never rejects. */
function npm(args: string[], env: Record<string, string>): Promise<{ code: number; err: string }> {
  return new Promise((resolve) => {
    execFile('npm', args, { cwd: ROOT, env: { ...process.env, ...env } }, (error, _, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), err });
    });
  });
}

test.concurrent.for<[string, string[], RegExp]>([
  ['emit', [], /Usage: npm run emit -- \[options\] \[event\].*--session-id <ID>.*Examples:/s],
  ['sessions', [], /Usage: npm run sessions -- \[options\] \[command\].*bulk-stop/s],
  ['sessions', ['create'], /Usage: npm run sessions -- create \[options\]\n.*--app <NAME>/s],
  ['doctor', [], /Usage: npm run doctor -- \[options\]\n.*--stage <NAME>/s],
  ['sweep', [], /Usage: npm run sweep -- \[options\]\n.*--max-stops <N>/s],
  ['dead-letters', ['redrive'], /Usage: npm run dead-letters -- redrive \[options\]\n.*--code <CODE>/s],
])('%s %j --help says how it is called, on stdout', async ([name, command, usage]) => {
  const { code, out, err } = await runTool(name, [...command, '--help'], {});
  expect(out).toMatch(usage);
  expect(err).toBe('');
  expect(code).toBe(0);
});

test.concurrent.for(['--code=REFUSED', '--code REFUSED', '--id=some-id'])(
  'npm run dead-letters redrive %s -- --yes, with -- in the wrong place, redrives nothing',
  async (options) => {
    const sqs = await startFauxqs({ port: 0, logger: false });
    for (const queue of Object.values(LOCAL_QUEUE_NAMES)) sqs.createQueue(queue);
    sqs.sendMessage(LOCAL_QUEUE_NAMES.deadLetters, '{}');
    const args = ['run', 'dead-letters', 'redrive', ...options.split(' '), '--', '--yes'];
    const { code, err } = await npm(args, { LOCAL_SQS_PORT: String(sqs.port) });
    const moved = sqs.inspectQueue(LOCAL_QUEUE_NAMES.events)?.messages.ready;
    await sqs.stop();
    expect(moved).toEqual([]);
    expect(err).toContain(options.slice(0, options.search(/[= ]/)));
    expect(code).not.toBe(0);
  },
);

test.concurrent.for([
  ['doctor', ['--stage=prod'], '--stage'],
  ['sweep', ['--max-stops=1'], '--max-stops'],
  ['sessions', ['list', '--stage', 'prod'], '--stage'],
  ['dead-letters', ['drop', '--older-than=7d'], '--older-than'],
] as const)('npm run %s %j, without --, is refused, and says why', async ([name, options, lost]) => {
  const { code, err } = await npm(['run', name, ...options], {});
  expect(err).toContain(`npm took ${lost} for itself. Put -- before the options (npm run ${name} -- …).`);
  expect(code).toBe(2);
});

test.concurrent.for<[string, string[], string]>([
  ['emit', ['nosuch.json'], 'nosuch.json: there is no such file or folder. Check the path.\n'],
  ['emit', ['./docs'], 'The path names a folder. Name a file.\n'],
  ['emit', ['docs'], 'docs is neither an event type nor a file of events (.json, .ndjson or .jsonl).'],
  ['dead-letters', ['resend', 'nosuch.ndjson'], 'nosuch.ndjson: there is no such file or folder.'],
])('npm run %s -- %j says what is wrong with the file', async ([name, args, problem]) => {
  const { code, err } = await runTool(name, args, {});
  expect(err).toContain(problem);
  expect(code).not.toBe(0);
});

test.concurrent('a file with many wrong lines prints the first twenty, and how many there are more', async () => {
  const { code, err } = await runTool('dead-letters', ['resend', 'README.md'], {});
  expect(err.trimEnd().split('\n')).toHaveLength(22);
  expect(err).toMatch(/ {2}… and \d+ more\n$/);
  expect(code).toBe(1);
});

test.concurrent.for<[string, Record<string, string>]>([
  ['AWS has no region: set AWS_REGION, or a region in your profile.', {}],
  ['AWS credentials: ', { AWS_REGION: 'eu-central-1', AWS_EC2_METADATA_DISABLED: 'true' }],
])('a queue elsewhere needs AWS: %s', async ([problem, env]) => {
  const missing = { AWS_CONFIG_FILE: '/nonexistent', AWS_SHARED_CREDENTIALS_FILE: '/nonexistent' };
  const args = ['list', '--dead-letter-queue-url', 'http://127.0.0.1:1/0/letters'];
  const { code, err } = await runTool('dead-letters', args, { ...missing, ...env });
  expect(err).toContain(problem);
  expect(code).toBe(1);
});

test.concurrent('an option that npm holds for another script is not taken for one of the tool', async () => {
  const env = { npm_lifecycle_event: 'test', npm_config_dry_run: 'true' };
  const { code } = await runTool('emit', ['match.ended', '--session-id', 'a', '--dry-run'], env);
  expect(code).toBe(0);
});
