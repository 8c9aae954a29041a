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

test.concurrent('an option that npm holds for another script is not taken for one of the tool', async () => {
  const env = { npm_lifecycle_event: 'test', npm_config_dry_run: 'true' };
  const { code } = await runTool('emit', ['match.ended', '--session-id', 'a', '--dry-run'], env);
  expect(code).toBe(0);
});
