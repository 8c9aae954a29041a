/** HTTP servers of tests, on a free port. */
import { once } from 'node:events';
import type { Server } from 'node:http';

/** Starts a server on the loopback address. `stop` closes its port and every connection. */
export async function listenLocally(server: Server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
