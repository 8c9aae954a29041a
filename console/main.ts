/** `npm run console`: the console of a deployment. `npm start` serves that of the local stage. */
import { parseArgs } from 'node:util';
import { connectAws } from './deployment/aws.ts';
import { deploymentSource } from './deployment/source.ts';
import { startConsole } from './server.ts';

const HELP = `Usage: npm run console -- --stage NAME [options]

Serves the console of a deployment on this machine, with the AWS credentials that the AWS CLI would use.
npm start serves the console of the local stage.

Options:
  --stage NAME      the stage of the deployment, such as prod
  --region NAME     the AWS region (AWS_REGION, or that of your profile)
  --port N          the port (4030)
  --no-read-only    allow changes: delete sessions, redrive and drop dead letters
  -h, --help        show this help
`;

const DEFAULT_PORT = 4030;

/** The command line is wrong. */
class UsageError extends Error {}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});

async function main(): Promise<void> {
  const { help, stage, region, port, 'read-only': readOnly } = readOptions();
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  if (stage === undefined)
    throw new UsageError('Name a deployment with --stage. The local stage has its console: run npm start.');
  const wanted = portOf(port);
  const source = await deploymentSource(await connectAws(region), stage);
  const served = await startConsole({ source, port: wanted, readOnly });
  const mode = readOnly ? 'read-only; --no-read-only allows changes' : 'it can change things';
  process.stdout.write(
    `The console of ${source.about.name} (${mode}):\n\n  ${served.url}\n\nCtrl-C stops it.\n`,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void served.stop());
}

function readOptions() {
  try {
    const options = {
      help: { type: 'boolean', short: 'h', default: false },
      stage: { type: 'string' },
      region: { type: 'string' },
      port: { type: 'string', default: String(DEFAULT_PORT) },
      'read-only': { type: 'boolean', default: true },
    } as const;
    return parseArgs({ options, allowNegative: true }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} See --help.`);
  }
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new UsageError(`--port is "${text}"; it must be a port number.`);
}
