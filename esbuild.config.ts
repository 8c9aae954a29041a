/**
 * Bundles every Lambda function of functions/ to dist/functions/NAME.mjs (ESM, minified, with source
 * maps). What a function imports dynamically becomes a chunk of its own, so that a cold start does not
 * read it.
 */
import { readdir, rm } from 'node:fs/promises';
import { build } from 'esbuild';

const outdir = 'dist/functions';

/** Builds all functions. Gives esbuild's metafile: what went into which bundle. */
export async function buildFunctions(options: { quiet?: boolean } = {}) {
  const files = await readdir(new URL('functions/', import.meta.url));
  await rm(new URL('dist/', import.meta.url), { recursive: true, force: true });
  const result = await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: files.filter((file) => file.endsWith('.ts')).map((file) => `functions/${file}`),
    outdir,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    // The AWS SDK's ES modules: named exports survive a dynamic import, and what is unused is left out.
    mainFields: ['module', 'main'],
    target: 'node24',
    minify: true,
    sourcemap: 'linked',
    metafile: true,
    // The AWS SDK holds CommonJS packages, which call require for Node's own modules.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: options.quiet ? 'error' : 'info',
  });
  return result.metafile;
}

if (import.meta.main) await buildFunctions({ quiet: process.argv.includes('--quiet') });
