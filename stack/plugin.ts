/**
 * The Serverless plugin of a deployment. It adds the parameters of `stages/STAGE.yml`, checks all parameters
 * before anything is packaged, refuses to reach AWS without a region, and shows with `deploy --dry-run` what
 * would change.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { type CloudFormation, deployedTemplate } from './deployed.ts';
import { type Environments, type Parameters, unknownNames, wrongValues } from './parameters.ts';
import { changes } from './template-changes.ts';

/** What of Serverless' own object the plugin uses. */
interface Serverless {
  serviceDir: string;
  configurationInput: unknown;
  processedInput: { commands: string[]; isHelpRequest: boolean; options: { param?: string[] } };
  service: { provider: { compiledCloudFormationTemplate?: unknown } };
  utils: { readFileSync(path: string): unknown };
  classes: { Error: new (message: string, code: string) => Error };
  getProvider(name: 'aws'): CloudFormation;
  extendConfiguration(path: string[], value: Parameters): void;
}

interface Options {
  stage?: string;
  region?: string;
  'dry-run'?: boolean;
}

/** What Serverless hands a plugin to write with. */
interface Writers {
  log: { notice(line: string): void };
}

const Scalar = z.union([z.string(), z.number(), z.boolean()]);
const Configuration = z.looseObject({
  provider: z.looseObject({ stage: z.string() }),
  params: z.looseObject({ default: z.record(z.string(), Scalar) }),
  functions: z.record(
    z.string(),
    z.looseObject({ environment: z._default(z.record(z.string(), z.unknown()), {}) }),
  ),
});
/** A parameter that is written without a value has its default. */
const StageFile = z.nullable(z.record(z.string(), z.nullable(Scalar)));

/** The commands that need no AWS account. */
const OFFLINE = ['package', 'print', 'offline', 'offline start', ''];
const PACKAGING = ['package', 'deploy'];

/** The plugin. Serverless calls it with `new`; what it returns is the plugin's object. */
export default function deploymentPlugin(serverless: Serverless, options: Options, { log }: Writers) {
  const { commands, isHelpRequest } = serverless.processedInput;
  const command = commands.join(' ');
  const configuration = Configuration.parse(serverless.configurationInput);
  const stage = options.stage ?? configuration.provider.stage;
  const file = readStageFile(serverless, stage);
  const given = { defaults: texts(configuration.params.default), file, options: fromOptions(serverless) };
  const environments = environmentsOf(configuration);
  const refuse = (problems: readonly string[]): void => {
    if (problems.length === 0) return;
    const lines = problems.map((problem) => `  ${problem}`).join('\n');
    throw new serverless.classes.Error(
      `The parameters of the stage ${stage} are not valid.\n${lines}`,
      'INVALID_PARAMETERS',
    );
  };

  if (!isHelpRequest && !OFFLINE.includes(command)) requireRegion(serverless, options);
  if (!isHelpRequest && PACKAGING.includes(command)) {
    refuse([...wrongNames(given, stage), ...wrongValues(written(given, stage), stage, environments)]);
  }
  serverless.extendConfiguration(['params', stage], file);

  return {
    commands: {
      deploy: {
        options: {
          'dry-run': { usage: 'Show what would change, and change nothing', type: 'boolean' },
        },
      },
    },
    hooks: {
      // The values that are variables, such as ${env:ALARM_EMAIL}, are known by now.
      'before:package:cleanup': () =>
        refuse(wrongValues(resolvedValues(serverless, stage), stage, environments)),
      initialize: () => {
        if (command === 'deploy') for (const line of sources(given, stage)) log.notice(line);
      },
      'before:deploy:deploy': async () => {
        if (!options['dry-run']) return;
        const template = serverless.service.provider.compiledCloudFormationTemplate;
        const before = await deployedTemplate(serverless.getProvider('aws'));
        for (const line of changes(before, template)) log.notice(line);
        // Nothing else of the command may run, and Serverless has no other way to end one.
        process.exit(0);
      },
    },
  };
}

interface Given {
  defaults: Parameters;
  /** `stages/STAGE.yml`. */
  file: Parameters;
  /** `--param`. */
  options: Parameters;
}

/** The region comes from where the AWS CLI takes it; another default would part the stack from its secrets. */
function requireRegion({ classes }: Serverless, { region }: Options): void {
  if (region || process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION) return;
  throw new classes.Error('No region is set. Run for example: export AWS_REGION=eu-central-1', 'NO_REGION');
}

function readStageFile({ serviceDir, utils, classes }: Serverless, stage: string): Parameters {
  const path = join(serviceDir, 'stages', `${stage}.yml`);
  if (!existsSync(path)) return {};
  const parsed = StageFile.safeParse(utils.readFileSync(path) ?? null);
  if (parsed.success) return texts(parsed.data ?? {});
  throw new classes.Error(
    `stages/${stage}.yml must hold lines such as "alarmEmail: ops@example.com".`,
    'INVALID_STAGE_FILE',
  );
}

function fromOptions({ processedInput: { options } }: Serverless): Parameters {
  const pairs = (options.param ?? []).map((pair) => /^([^=]+)=(.+)$/s.exec(pair) ?? []);
  return Object.fromEntries(
    pairs.flatMap(([, name, value]) => (name === undefined ? [] : [[name, (value ?? '').trimEnd()]])),
  );
}

function texts(values: Readonly<Record<string, z.infer<typeof Scalar> | null>>): Parameters {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])),
  );
}

function environmentsOf({ functions }: z.infer<typeof Configuration>): Environments {
  return Object.fromEntries(
    // A copy: Serverless fills in the variables in place.
    Object.entries(functions).map(([name, { environment }]) => [name, { ...environment }]),
  );
}

function wrongNames({ defaults, file, options }: Given, stage: string): string[] {
  const known = Object.keys(defaults);
  return [
    ...unknownNames(Object.keys(file), known, `stages/${stage}.yml`),
    ...unknownNames(Object.keys(options), known, '--param'),
  ];
}

/** The values as they are written; the default where one is a variable that is filled in later. */
function written({ defaults, file, options }: Given, stage: string): Parameters {
  const later = ([, value]: [string, string]): boolean => !value.includes('${');
  const known = Object.entries({ ...file, ...options }).filter(later);
  return { ...ofStage(defaults, stage), ...Object.fromEntries(known) };
}

function ofStage(defaults: Parameters, stage: string): Parameters {
  return Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, value.replace('${sls:stage}', stage)]),
  );
}

/** The values once Serverless has filled in all variables. */
function resolvedValues(serverless: Serverless, stage: string): Parameters {
  const { params } = Configuration.parse(serverless.configurationInput);
  const file = z.record(z.string(), Scalar).parse(params[stage] ?? {});
  return { ...texts(params.default), ...texts(file), ...fromOptions(serverless) };
}

/** Where the parameters of this deployment come from. */
function sources({ file, options }: Given, stage: string): string[] {
  const list = (values: Parameters): string => Object.keys(values).join(', ') || 'none';
  const once = 'these are for this deployment only; the next one returns to the file';
  return [
    `Parameters of stages/${stage}.yml: ${list(file)}`,
    ...(Object.keys(options).length > 0 ? [`Parameters of --param: ${list(options)} (${once})`] : []),
  ];
}
