/** What the local stage uses of dynalite, which has no types of its own. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** An embedded DynamoDB, not listening yet. @param options.createTableMs how long a new table stays `CREATING`. */
  export default function dynalite(options: { createTableMs: number }): Server;
}
