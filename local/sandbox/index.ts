/** The sandbox API: a stateful stand-in for the platform on a local port, strict in what it takes and varied in what it returns. */
import Fastify, { type FastifyInstance } from 'fastify';
import { SANDBOX_API_KEY } from '../../local-addresses.ts';
import { addControlRoutes } from './control.ts';
import { createFaults, type Faults } from './faults.ts';
import { createBuckets } from './rate.ts';
import { createRequestLog, type RequestEntry } from './request-log.ts';
import { addApiRoutes } from './routes.ts';
import { createStore, type Store } from './store.ts';
import { KIND, VARIED } from './variety/settings.ts';

export type { NewDeployment } from './deployment-models.ts';
export type { DeploymentStore, SandboxDeployment } from './deployment-store.ts';
export type { FaultInput, FaultSettings } from './fault-settings.ts';
export type { Faults } from './faults.ts';
export type { NewSession, Operation } from './models.ts';
export type { RequestEntry } from './request-log.ts';
export { seedPopulation } from './seed.ts';
export type { SandboxSession, Store } from './store.ts';

/** How a sandbox is set up. */
export interface SandboxOptions {
  /** Default 0: any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** The one key it accepts, without the `token ` prefix. Default `sandbox-key`. */
  apiKey?: string;
  /** Requests a second, above 0; `Infinity` for no limit, also of the deployments' own limits. Default 10. */
  rate?: number;
  /** Requests at once after a pause, 1 or more. Default: the rate, at least 1. */
  burst?: number;
  /** Without variety: always the same complete answers. Default false. */
  kind?: boolean;
  /** Epoch milliseconds, for the rate limit and the sessions' ages. Default: the machine's clock. */
  clock?: () => number;
}

/** A running sandbox. */
export interface Sandbox {
  url: string;
  port: number;
  store: Store;
  faults: Faults;
  /** The requests to the API so far, oldest first. */
  requests(): readonly RequestEntry[];
  /** Closes the port and every connection; done when nothing listens any more. */
  stop(): Promise<void>;
}

/** Room for 10,000 sessions in one body, many times over. */
const BODY_LIMIT = 64 * 1024 * 1024;

/** Starts an empty sandbox. Throws when the port is taken, and a RangeError for a wrong rate or burst. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, host = '127.0.0.1', apiKey = SANDBOX_API_KEY, rate = 10, clock = Date.now } = options;
  const bucketOf = createBuckets(rate, options.burst ?? Math.max(1, rate), clock);
  const store = createStore(clock);
  const faults = createFaults(options.kind ? KIND : VARIED);
  const log = createRequestLog();
  const stopping = new AbortController();
  const app = createServer();
  const context = { store, faults, clock, apiKey, bucketOf, log, stopping: stopping.signal };
  addApiRoutes(app, context);
  addControlRoutes(app, context);
  await listen(app, host, port);
  const address = app.server.address();
  const listening = typeof address === 'object' && address !== null ? address.port : port;

  async function stop(): Promise<void> {
    stopping.abort();
    await app.close();
  }

  return { url: `http://${host}:${listening}`, port: listening, store, faults, requests: log.entries, stop };
}

function createServer(): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 4096 },
  });
  // Bodies stay text until an operation wants them: a wrong key is reported before a wrong body, and the log has both.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) =>
    reply.code(error.statusCode ?? 500).send({ message: error.message }),
  );
  return app;
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      const message = `The sandbox Sessions API cannot listen on ${host}:${port}: the port is taken. Choose another.`;
      throw new Error(message, { cause: error });
    }
    throw error;
  }
}
