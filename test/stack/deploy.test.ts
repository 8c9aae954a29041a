/** The commands of Serverless as a person types them: what they refuse, and in which words. */
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { listenLocally } from '../support/http.ts';
import { projectFolder } from '../support/template.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = join(ROOT, 'node_modules/serverless/bin/serverless.js');
/** A stage of this test, with a file. */
const STAGE = 'stagefiletest';
const project = await projectFolder();
const stageFile = join(project, 'stages', `${STAGE}.yml`);
const folder = join(project, 'package');
const TEMPLATE = join(folder, 'cloudformation-template-update-stack.json');
afterAll(() => rm(project, { recursive: true }));

/** Runs a command; only these variables of AWS are set. */
function serverless(args: readonly string[], env: Record<string, string> = {}) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  const run = Promise.withResolvers<{ code: unknown; output: string }>();
  const options = { cwd: project, env: { ...Object.fromEntries(own), ...env } };
  execFile(process.execPath, [PROGRAM, ...args], options, (error, stdout, stderr) => {
    run.resolve({ code: error?.code ?? 0, output: stdout + stderr });
  });
  return run.promise;
}
const packaging = (...options: string[]) => ['package', '--package', folder, '--stage', ...options];

describe('parameters', () => {
  test('all problems in plain lines: no stack trace, no secret, no package', async () => {
    await writeFile(stageFile, 'alarmMail: ops@example.com\nsweepMode: dry\n');
    const { code, output } = await serverless(
      packaging(STAGE, '--param=apiKey=9b1c7a42-secret', '--param=batchSize=0', '--param=topicARN=x'),
    );
    expect(code).toBe(1);
    expect(output).toContain(`The parameters of the stage ${STAGE} are not valid.`);
    expect(output).toContain(
      `  alarmMail (in stages/${STAGE}.yml) is not a parameter. Did you mean alarmEmail?\n`,
    );
    expect(output).toContain('  topicARN (in --param) is not a parameter. Did you mean topicArn?\n');
    expect(output).toContain('  sweepMode has the invalid value "dry". Expected report or stop.\n');
    expect(output).toContain('  batchSize has the invalid value "0".');
    expect(output).toContain('  apiKey holds a secret itself');
    expect(output).not.toMatch(/^ +at /m);
    expect(output).not.toContain('9b1c7a42');
  });

  test('a value that is a variable is checked once it is known', async () => {
    await writeFile(stageFile, `sweepMaxStops: \${env:MOST}\n`);
    const { code, output } = await serverless(packaging(STAGE), { MOST: 'many' });
    expect(code).toBe(1);
    expect(output).toContain('  sweepMaxStops has the invalid value "many".');
    expect(output).not.toMatch(/^ +at /m);
  });

  test('those of the file are deployed, and --param wins; AWS_DEFAULT_REGION is a region', async () => {
    await writeFile(stageFile, 'apiRate: 50\nsweepMode: stop\nsweepMaxAge: 6h\nmemoryDays: 20\n');
    const { output } = await serverless(packaging(STAGE, '--param=sweepMode=report'), {
      AWS_DEFAULT_REGION: 'us-west-2',
    });
    expect(output).toContain(`for stage ${STAGE} (us-west-2)`);
    const { Resources } = JSON.parse(await readFile(TEMPLATE, 'utf8'));
    expect(Resources.StaleDashsessionsLambdaFunction.Properties.Environment.Variables).toMatchObject({
      API_RATE: '10',
      SWEEP_MODE: 'report',
      SWEEP_MAX_AGE: '6h',
      MEMORY_DAYS: '20',
    });
  });
});

test('without a region, a command that reaches AWS is refused', async () => {
  const { code, output } = await serverless(['info', '--stage', 'test']);
  const text = 'No region is set. Run for example: export AWS_REGION=eu-central-1';
  expect([code, output]).toEqual([1, expect.stringContaining(text)]);
});

describe('deploy --dry-run', () => {
  test('shows what would change, and only reads', async () => {
    // What the test above packaged is deployed.
    const template = await readFile(TEMPLATE, 'utf8');
    const actions: unknown[] = [];
    const aws = await listenLocally(
      createServer(async (request, response) => {
        const action = new URLSearchParams(await text(request)).get('Action');
        actions.push(action);
        const body = template.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
        response.end(
          `<${action}Response><${action}Result><TemplateBody>${body}</TemplateBody><Account>1</Account></${action}Result></${action}Response>`,
        );
      }),
    );
    const { code, output } = await serverless(
      ['deploy', '--dry-run', '--stage', STAGE, '--param=memoryDays=15'],
      {
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'id',
        AWS_SECRET_ACCESS_KEY: 'key',
        AWS_ENDPOINT_URL: aws.url,
      },
    );
    await aws.stop();
    expect(output).toContain('The deployment would change:\n');
    const variable = 'LambdaFunction.Properties.Environment.Variables.MEMORY_DAYS: "20" → "15"';
    expect(output.match(/^~ .*MEMORY_DAYS.*$/gm)).toEqual([
      `~ SessionDashevents${variable}`,
      `~ StaleDashsessions${variable}`,
    ]);
    expect(actions).toContain('GetTemplate');
    expect(actions.filter((action) => !/^Get|^Describe/.test(String(action)))).toEqual([]);
    expect(code).toBe(0);
  });
});
