/**
 * `npm start`: builds the functions and the console, then runs `serverless offline start` in this very process, so that a signal to it ends
 * everything. npm hands its own signals on to a shell, which may die without telling this process: it ends with that shell.
 */
import { createRequire } from 'node:module';
import { stop } from 'esbuild';
import { buildConsole, buildFunctions } from '../esbuild.config.ts';

/** How often to look whether the parent is still there, in milliseconds. */
const LOOK_EVERY_MS = 200;

const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
}, LOOK_EVERY_MS).unref();

const [node = '', , ...options] = process.argv;
await buildFunctions({ quiet: true });
await buildConsole({ quiet: true });
await stop();
process.argv = [node, 'serverless', 'offline', 'start', '--stage', 'local', ...options];
createRequire(import.meta.url)('serverless/bin/serverless.js');
