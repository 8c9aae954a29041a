/** The CloudFormation template that a deployment would send, and the zips beside it. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod/mini';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = join(ROOT, 'node_modules/serverless/bin/serverless.js');

const templateSchema = z.looseObject({
  Parameters: z.record(z.string(), z.looseObject({ Default: z.string() })),
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z._default(z.record(z.string(), z.unknown()), {}) }),
  ),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })),
});
const stateSchema = z.looseObject({
  service: z.looseObject({ provider: z.record(z.string(), z.unknown()) }),
});

/** A resource of the template. */
export type Resource = z.infer<typeof templateSchema>['Resources'][string];

/** What `serverless package` made. */
export interface Packaged {
  resources: Readonly<Record<string, Resource>>;
  parameters: Readonly<Record<string, { Default: string }>>;
  outputs: Readonly<Record<string, { Value?: unknown }>>;
  /** What of serverless.yml is said to CloudFormation besides the template. */
  provider: Readonly<Record<string, unknown>>;
  /** The bytes of a function's zip. */
  zip: (name: string) => Promise<Uint8Array>;
}

/**
 * A folder in which Serverless finds the project. It keeps its files in the folder that it runs in: two commands at
 * once in one folder would take them from each other. Files, `dist` and `stages` are copies; it does not follow the
 * links of the other folders when it looks for what to pack.
 */
export async function projectFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'project-'));
  for (const entry of await readdir(ROOT, { withFileTypes: true })) {
    const [from, to] = [join(ROOT, entry.name), join(folder, entry.name)];
    if (entry.isFile() || /^(dist|stages)$/.test(entry.name)) await cp(from, to, { recursive: true });
    else if (!entry.name.startsWith('.')) await symlink(from, to);
  }
  return folder;
}

/** Packages for a stage, with these parameters and no AWS credentials. */
export async function packageStack(
  stage: string,
  ...parameters: string[]
): Promise<Packaged & { remove: () => Promise<void> }> {
  const project = await projectFolder();
  const folder = join(project, 'package');
  const { AWS_PROFILE: _profile, AWS_ACCESS_KEY_ID: _id, SESSIONS_API_KEY: _key, ...env } = process.env;
  const options = parameters.map((parameter) => `--param=${parameter}`);
  await run(process.execPath, [PROGRAM, 'package', '--stage', stage, '--package', folder, ...options], {
    cwd: project,
    env,
  });
  const text = await readFile(join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
  const template = templateSchema.parse(JSON.parse(text));
  const state = await readFile(join(folder, 'serverless-state.json'), 'utf8');
  return {
    resources: template.Resources,
    parameters: template.Parameters,
    outputs: template.Outputs,
    provider: stateSchema.parse(JSON.parse(state)).service.provider,
    zip: (name) => readFile(join(folder, `${name}.zip`)),
    remove: () => rm(project, { recursive: true }),
  };
}

/** What a reference becomes once the stack is there: URLs of queues, ARNs and names that say what they stand for. */
export function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  const [[key, target] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0 && key === 'Ref') return referenced(String(target));
  if (others.length === 0 && key === 'Fn::GetAtt' && Array.isArray(target)) return target.join('.');
  if (others.length === 0 && key === 'Fn::Sub') return target;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, resolved(member)]));
}

function referenced(target: string): string {
  if (target.endsWith('Queue')) return `https://sqs.example/${target}`;
  return target.endsWith('Table') ? target : `ref:${target}`;
}
