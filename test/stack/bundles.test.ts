/** What a cold start reads: the first chunk of each function, and what it imports statically. */
import type { Metafile } from 'esbuild';
import { expect, test } from 'vitest';
import { buildFunction } from '../../esbuild.config.ts';

/** The first chunk of a function with all that it imports statically. */
const BUDGET_BYTES = 80 * 1024;
const NAMES = ['hook', 'session-events', 'stale-sessions'];
const bundles = new Map(
  await Promise.all(
    NAMES.map(async (name) => [name, await buildFunction(name, { quiet: true, write: false })] as const),
  ),
);

/** The files that Node reads before the handler can run. */
function coldPath(meta: Metafile, file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { path, kind, external } of meta.outputs[file]?.imports ?? [])
    if (kind === 'import-statement' && !external) coldPath(meta, path, seen);
  return seen;
}

test.each([...bundles])(
  '%s: what a cold start reads stays within its budget, and holds neither the AWS SDK nor ky',
  (name, meta) => {
    const files = [...coldPath(meta, `dist/functions/${name}.mjs`)].map((file) => meta.outputs[file]);
    const bytes = files.reduce((sum, file) => sum + (file?.bytes ?? 0), 0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(BUDGET_BYTES);
    const packages = files.flatMap((file) => Object.keys(file?.inputs ?? {}));
    expect(packages.filter((file) => /node_modules\/(@aws-sdk|@smithy|ky)\//.test(file))).toEqual([]);
  },
);

test('the AWS SDK is there for those who need it: in chunks of their own', () => {
  const chunks = (name: string) =>
    Object.values(bundles.get(name)?.outputs ?? {}).flatMap(({ inputs }) => Object.keys(inputs));
  expect(chunks('hook').some((file) => file.includes('@aws-sdk/client-sqs'))).toBe(true);
  expect(chunks('session-events').some((file) => file.includes('@aws-sdk/client-sqs'))).toBe(true);
  expect(chunks('stale-sessions').some((file) => file.includes('@aws-sdk/'))).toBe(false);
});
