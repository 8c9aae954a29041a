/** The console's server: the page, and what it asks for. On this machine alone. */
import { randomBytes } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import { addDeadLetters } from './api/dead-letters.ts';
import { addDeployments } from './api/deployments.ts';
import { addFailures } from './api/failures.ts';
import { addSandbox } from './api/sandbox.ts';
import { addSessions } from './api/sessions.ts';
import { addStream } from './api/stream.ts';
import { addSweep } from './api/sweep.ts';
import { guardAddress, guardApi } from './guards.ts';
import { createLive } from './live.ts';
import { servePage } from './page-files.ts';
import { safeJson } from './safe-json.ts';
import type { ConsoleSource } from './source.ts';
import { createTelemetry } from './telemetry/telemetry.ts';

/** How a console is served. */
export interface ConsoleOptions {
  source: ConsoleSource;
  /** Default 0: any free port. */
  port?: number;
  /** Refuses everything that changes something. */
  readOnly: boolean;
}

/** A running console. */
export interface Console {
  /** Its address, with the token: who has it may use the console. */
  url: string;
  /** Closes the port and every connection. */
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';

/**
 * Starts a console.
 * @throws Error when the port is taken, or the page is not built.
 */
export async function startConsole({ source, port = 0, readOnly }: ConsoleOptions): Promise<Console> {
  const token = randomBytes(24).toString('base64url');
  const telemetry = createTelemetry();
  const live = createLive(source, telemetry);
  const app = createServer();
  guardAddress(app);
  await servePage(app);
  await app.register(async (api) => {
    guardApi(api, token, readOnly);
    addStream(api, { ...source.about, readOnly }, live, telemetry);
    addSessions(api, source, telemetry);
    addDeployments(api, source, telemetry);
    addDeadLetters(api, source);
    addSweep(api, source, live);
    addFailures(api);
    if (source.sandbox !== undefined) addSandbox(api, source, source.sandbox, live);
  });
  await app.listen({ host: HOST, port });
  const reading = new AbortController();
  source.readLines(telemetry.read, reading.signal);
  return {
    // The browser never sends a fragment: the token stays out of logs and out of the Referer header.
    url: `http://${HOST}:${portOf(app)}/#${token}`,
    stop: async () => {
      reading.abort();
      live.stop();
      await app.close();
    },
  };
}

function createServer(): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: true, exposeHeadRoutes: false });
  app.setReplySerializer(safeJson);
  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) =>
    error instanceof z.core.$ZodError
      ? reply.code(400).send({ message: z.prettifyError(error) })
      : reply.code(error.statusCode ?? 502).send({ message: error.message }),
  );
  return app;
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('The console has no port.');
  return address.port;
}
