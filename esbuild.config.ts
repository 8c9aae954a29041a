/**
 * Bundles every Lambda function of functions/ to dist/functions/NAME.mjs (ESM, minified, with source
 * maps). What a function imports dynamically becomes a chunk of its own in dist/functions/chunks/NAME/, so
 * that a cold start does not read it. The page of the console becomes dist/console/: `--console` builds it alone.
 */
import { copyFile, readdir, rm } from 'node:fs/promises';
import { build, type Metafile } from 'esbuild';

interface BuildOptions {
  quiet?: boolean;
  write?: boolean;
  from?: string;
  to?: string;
}

/** Builds all functions. Gives esbuild's metafiles by the function's name: what went into which bundle. */
export async function buildFunctions(options: { quiet?: boolean } = {}): Promise<Map<string, Metafile>> {
  const files = await readdir(new URL('functions/', import.meta.url));
  const names = files.filter((file) => file.endsWith('.ts')).map((file) => file.replace(/\.ts$/, ''));
  await rm(new URL('dist/', import.meta.url), { recursive: true, force: true });
  return new Map(
    await Promise.all(names.map(async (name) => [name, await buildFunction(name, options)] as const)),
  );
}

/**
 * Builds one function: each on its own, so that the zip of one holds nothing of another.
 * @param options.write false: only gives the metafile.
 * @param options.from the folder of its source, and `to` that of its bundle.
 */
export async function buildFunction(
  name: string,
  { quiet, write, from = 'functions', to = 'dist/functions' }: BuildOptions = {},
): Promise<Metafile> {
  const result = await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: [`${from}/${name}.ts`],
    outdir: to,
    outExtension: { '.js': '.mjs' },
    // Not in a folder that is called like the function: Lambda would take that for the handler's module.
    chunkNames: `chunks/${name}/[name]-[hash]`,
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
    write: write ?? true,
    // The AWS SDK holds CommonJS packages, which call require for Node's own modules.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: quiet ? 'error' : 'info',
  });
  return result.metafile;
}

/** Builds the page of the console: index.html and what it loads. Returns esbuild's metafile. */
export async function buildConsole({ quiet }: { quiet?: boolean } = {}): Promise<Metafile> {
  const from = 'console/page';
  const to = 'dist/console';
  const result = await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: { page: `${from}/index.tsx` },
    outdir: to,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    tsconfig: `${from}/tsconfig.json`,
    target: 'es2023',
    minify: true,
    metafile: true,
    logLevel: quiet ? 'error' : 'info',
  });
  for (const file of ['index.html', 'icon.svg'])
    await copyFile(`${import.meta.dirname}/${from}/${file}`, `${import.meta.dirname}/${to}/${file}`);
  return result.metafile;
}

if (import.meta.main) {
  const quiet = process.argv.includes('--quiet');
  if (!process.argv.includes('--console')) await buildFunctions({ quiet });
  await buildConsole({ quiet });
}
