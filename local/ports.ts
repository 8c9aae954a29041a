/** Ports of the local stage: whether they are free, said in a way that helps. */
import { createServer } from 'node:net';

/** A port that the stage is about to use. */
export interface PortUse {
  port: number;
  /** The environment variable that chooses another. */
  variable: string;
  /** What listens there, in words. */
  what: string;
}

/**
 * Makes sure that each of these ports can be listened on.
 * @throws Error with one line that names the first busy port, and the variable that chooses another.
 */
export async function requireFreePorts(uses: readonly PortUse[], host: string): Promise<void> {
  for (const { port, variable, what } of uses) {
    const problem = await problemWith(port, host);
    if (problem === undefined) continue;
    throw new Error(
      `Port ${port}, for ${what}, ${problem}. Free it, or choose another: ${variable}=${port < 65_535 ? port + 1 : port - 1} npm start`,
    );
  }
}

function problemWith(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${error.code ?? error.message})`);
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
