/** The plugin of a deployment, called as Serverless calls it. deploy.test.ts runs it inside Serverless. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import deploymentPlugin from '../../stack/plugin.ts';
import { projectFile } from '../support/markdown.ts';
import { defaultParameters, writtenEnvironments } from '../support/parameters.ts';

const serviceDir = await mkdtemp(join(tmpdir(), 'plugin-'));
await mkdir(join(serviceDir, 'stages'));
await writeFile(join(serviceDir, 'stages/prod.yml'), '');
afterAll(() => rm(serviceDir, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const functions = Object.fromEntries(
  Object.entries(writtenEnvironments()).map(([name, environment]) => [name, { environment }]),
);

/** Starts a command. @param file what stages/prod.yml holds, parsed. */
function start(command: string, file: unknown = null, param: string[] = [], region?: string) {
  const extended: unknown[] = [];
  const lines: string[] = [];
  const plugin = deploymentPlugin(
    {
      serviceDir,
      configurationInput: {
        provider: { stage: 'dev' },
        params: { default: defaultParameters('prod') },
        functions,
      },
      processedInput: { commands: command.split(' '), isHelpRequest: false, options: { param } },
      service: { provider: {} },
      utils: { readFileSync: () => file },
      classes: { Error: class extends Error {} },
      getProvider: () => {
        throw new Error('AWS is not reached.');
      },
      extendConfiguration: (...change) => extended.push(change),
    },
    { stage: 'prod', ...(region && { region }) },
    { log: { notice: (line) => lines.push(line) } },
  );
  return { plugin, extended, lines };
}

/** Without the region of the machine. */
function withoutRegion(): void {
  vi.stubEnv('AWS_REGION', '');
  vi.stubEnv('AWS_DEFAULT_REGION', '');
}

describe('stages/STAGE.yml', () => {
  test('its parameters become those of the stage, as text; one without a value has its default', () => {
    const { extended } = start('package', { apiRate: 20, sweepMode: 'stop', alarmEmail: null });
    expect(extended).toEqual([[['params', 'prod'], { apiRate: '20', sweepMode: 'stop' }]]);
  });

  test('an empty file is right', () => {
    expect(start('package').extended).toEqual([[['params', 'prod'], {}]]);
  });

  test.each([[['alarmEmail']], ['alarmEmail'], [{ sweepProtect: ['tag:eu'] }]])('%j is refused', (file) => {
    expect(() => start('package', file)).toThrow('stages/prod.yml must hold lines such as');
  });

  test('the sample stages/prod.yml is right, and protects the stack', () => {
    const lines = projectFile('stages/prod.yml').matchAll(/^(?:# )?(\w+): '?(\S+?)'?$/gm);
    const sample = Object.fromEntries([...lines].map(([, name = '', value]) => [name, value]));
    expect(sample).toMatchObject({ terminationProtection: 'yes', alarmEmail: 'ops@example.com' });
    expect(() => start('package', sample)).not.toThrow();
  });

  test('a deployment says which parameters come from the file, and which are lost with the next one', () => {
    const { plugin, lines } = start('deploy', { apiRate: 20 }, ['sweepMode=stop'], 'eu-central-1');
    plugin.hooks.initialize();
    expect(lines).toEqual([
      'Parameters of stages/prod.yml: apiRate',
      expect.stringMatching(/^Parameters of --param: sweepMode \(.* this deployment only/),
    ]);
  });

  test('wrong parameters do not keep anyone from looking, rolling back or removing', () => {
    for (const command of ['info', 'rollback', 'remove', 'deploy list', 'logs'])
      expect(() => start(command, { alarmMail: 'x' }, [], 'eu-central-1')).not.toThrow();
    expect(() => start('deploy', { alarmMail: 'x' }, [], 'eu-central-1')).toThrow('Did you mean alarmEmail?');
  });
});

describe('region', () => {
  const REACHING = [
    'deploy',
    'info',
    'remove',
    'rollback',
    'deploy list',
    'logs',
    'invoke',
    'deploy function',
  ];

  test.each(REACHING)('%s is refused without one', (command) => {
    withoutRegion();
    expect(() => start(command)).toThrow('No region is set. Run for example: export AWS_REGION=eu-central-1');
  });

  test.each(['AWS_REGION', 'AWS_DEFAULT_REGION'])('%s is one, and so is --region', (variable) => {
    withoutRegion();
    expect(() => start('info', null, [], 'eu-central-1')).not.toThrow();
    vi.stubEnv(variable, 'eu-central-1');
    expect(() => start('info')).not.toThrow();
  });

  test.each(['package', 'print', 'offline', 'offline start'])('%s needs none', (command) => {
    withoutRegion();
    expect(() => start(command)).not.toThrow();
  });

  test('--region wins over AWS_REGION, and that over AWS_DEFAULT_REGION, as in the AWS CLI', () => {
    expect(projectFile('serverless.yml')).toContain(
      `  region: \${opt:region, env:AWS_REGION, env:AWS_DEFAULT_REGION, null}\n`,
    );
  });
});
