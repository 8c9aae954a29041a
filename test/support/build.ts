/** Vitest's global set-up: the integration tests run the built bundles and the built page, so they are built first. */
import { buildConsole, buildFunctions } from '../../esbuild.config.ts';

export default async function setup(): Promise<void> {
  await buildFunctions({ quiet: true });
  await buildConsole({ quiet: true });
}
