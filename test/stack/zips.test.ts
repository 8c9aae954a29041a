/** What a deployment would upload: each zip holds its function, and the function works from inside it. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, expect, test } from 'vitest';
import { startFunction } from '../support/lambda.ts';
import { sqsEvent } from '../support/records.ts';
import { startStage } from '../support/stage.ts';
import { packageStack } from '../support/template.ts';

const stack = await packageStack('test');
const stage = await startStage();
afterAll(async () => {
  await stack.remove();
  await stage.stop();
});

/** Unpacks a zip as Lambda does; gives the names of its files and the folder. */
async function unpack(name: string) {
  const folder = await mkdtemp(join(tmpdir(), 'zip-'));
  const files = Object.entries(unzipSync(await stack.zip(name)));
  for (const [file, bytes] of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), bytes);
  }
  return { folder, files };
}

test.each([
  [
    'session-events',
    sqsEvent([{ type: 'match.ended', data: { session_id: 'nobody-s' } }]),
    { batchItemFailures: [] },
  ],
  ['stale-sessions', {}, { mode: 'report', complete: true }],
  ['hook', { routeKey: 'POST /hooks', headers: {}, body: '{}' }, { statusCode: 401 }],
])(
  '%s: the zip holds what it needs and nothing more, and answers an invocation',
  async (name, event, answer) => {
    const { folder, files } = await unpack(name);
    const own = new RegExp(`^dist/functions/(chunks/${name}/[\\w.-]+|${name})\\.mjs$`);
    expect(files.map(([file]) => file).filter((file) => !own.test(file))).toEqual([]);
    const text = files.map(([, bytes]) => strFromU8(bytes)).join('\n');
    for (const [file] of files.filter(([path]) => path.includes('/chunks/')))
      expect(text).toContain(file.slice(file.lastIndexOf('/') + 1));

    // Lambda would load a file or a folder of this name before it tries the extension .mjs.
    expect(existsSync(join(folder, 'dist/functions', name))).toBe(false);

    const env = { ...stage.environment(), HOOK_SIGNING_SECRET: `whsec_${'A'.repeat(32)}` };
    const bundle = pathToFileURL(join(folder, 'dist/functions', `${name}.mjs`));
    const started = await startFunction(name, env, 30_000, bundle);
    expect(await started.invoke(event)).toMatchObject(answer);
    await started.stop();
    await rm(folder, { recursive: true });
  },
);
