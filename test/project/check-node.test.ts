/** check-node.cjs: every script says in one line that the right Node is missing, before anything else can fail. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { projectFile } from '../support/markdown.ts';

const run = promisify(execFile);
const manifest = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(projectFile('package.json')));
/** A version that does not exist, so that the Node of this test is too old. */
const WANTED = { devDependencies: { node: '^999.1.0' } };
const TOO_OLD = `Node 999 is needed, and this is ${process.version}. `;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'session-hooks-node-'));
  await cp(new URL('../../check-node.cjs', import.meta.url), join(folder, 'check-node.cjs'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ ...manifest, ...WANTED }));
});

afterAll(() => rm(folder, { recursive: true }));

/** Runs a command as npm does. Returns its exit code, and all that it printed. */
async function sh(command: string): Promise<{ code: number; output: string }> {
  const env = { ...process.env, npm_config_loglevel: 'silent' };
  const { code, stdout, stderr } = await run('sh', ['-c', command], { cwd: folder, env }).then(
    (printed) => ({ code: 0, ...printed }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  return { code, output: stdout + stderr };
}

test.each(Object.entries(manifest.scripts))('npm run %s checks first', async (_, command) => {
  expect(await sh(command)).toEqual({ code: 1, output: 'Run npm install first.\n' });
});

describe('what is missing', () => {
  test('the binary of the package node, as after npm install --ignore-scripts', async () => {
    await mkdir(join(folder, 'node_modules/node'), { recursive: true });
    const { output } = await sh('node check-node.cjs');
    expect(output).toBe(
      `${TOO_OLD}npm install did not put it into node_modules, because it skipped install scripts: run npm rebuild node --ignore-scripts=false\n`,
    );
  });

  test('npm run, where the binary is there and another Node was started', async () => {
    await mkdir(join(folder, 'node_modules/node/bin'), { recursive: true });
    await writeFile(join(folder, 'node_modules/node/bin/node'), '');
    expect((await sh('node check-node.cjs')).output).toBe(
      `${TOO_OLD}Start it with npm run, which uses the one in node_modules.\n`,
    );
  });

  test('nothing: the check is silent with the Node of package.json', async () => {
    const root = new URL('../../', import.meta.url).pathname;
    expect(await sh(`node ${root}check-node.cjs`)).toEqual({ code: 0, output: '' });
  });
});
