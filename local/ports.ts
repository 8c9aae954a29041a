/** Ports of the local stage: whether they are free, reported in a way that helps. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** A port that the stage is about to use. */
export interface PortUse {
  port: number;
  /** The environment variable that chooses another. */
  variable: string;
  /** What listens there, in words. */
  what: string;
}

/** A value of `LOCAL_PORT_BASE` far from the ports of common programs. */
const OTHER_BASE = 14_000;

/**
 * Makes sure that all of these ports can be listened on at once.
 * @throws Error that names every port that cannot, and how to choose others.
 */
export async function requireFreePorts(uses: readonly PortUse[], host: string): Promise<void> {
  const servers: Server[] = [];
  const problems: string[] = [];
  for (const { port, variable, what } of uses) {
    const server = createServer();
    const problem = await problemWith(server, port, host);
    if (problem === undefined) servers.push(server);
    else problems.push(`Port ${port}, for ${what} (${variable}), ${problem}.`);
  }
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  if (problems.length === 0) return;
  const base = uses.some(({ port }) => port === OTHER_BASE) ? OTHER_BASE + 100 : OTHER_BASE;
  problems.push(`Free what is in use, or move all ports together: LOCAL_PORT_BASE=${base} npm start`);
  throw new Error(problems.join('\n'));
}

/** Listens. Returns why that is not possible, if it is not. */
async function problemWith(server: Server, port: number, host: string): Promise<string | undefined> {
  try {
    await once(server.listen({ port, host, exclusive: true }), 'listening');
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    return code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${code})`;
  }
}
