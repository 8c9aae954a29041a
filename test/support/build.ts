/** Vitest's global set-up: the integration tests run the built bundles, so they are built first. */
import { buildFunctions } from '../../esbuild.config.ts';

export default async function setup(): Promise<void> {
  await buildFunctions({ quiet: true });
}
