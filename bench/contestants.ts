/** Who is measured: this project's function and its peers, each as a bundle of the same build. */
import { fileURLToPath } from 'node:url';
import { buildFunction } from '../esbuild.config.ts';

const PEERS = ['fetch-only', 'middy', 'powertools'] as const;

/** The names, ours first. */
export const CONTESTANTS = ['session-events', ...PEERS] as const;

/** One of them. */
export type Contestant = (typeof CONTESTANTS)[number];

/** What each is called in the results. */
export const NAMES: Record<Contestant, string> = {
  'session-events': 'session-hooks',
  'fetch-only': '`fetch` alone',
  middy: '@middy/sqs-partial-batch-failure',
  powertools: '@aws-lambda-powertools/batch, parallel',
};

/** Builds the peers; this project's functions are built already. */
export async function buildPeers(): Promise<void> {
  for (const name of PEERS) await buildFunction(name, { quiet: true, from: 'bench/peers', to: 'dist/bench' });
}

/** Where the bundle is. */
export function bundleOf(name: Contestant): URL {
  const folder = name === 'session-events' ? 'functions' : 'bench';
  return new URL(`../dist/${folder}/${name}.mjs`, import.meta.url);
}

/** The same as a path. */
export function pathOf(name: Contestant): string {
  return fileURLToPath(bundleOf(name));
}
