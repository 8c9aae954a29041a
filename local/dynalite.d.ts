/** What the local stage uses of dynalite, which has no types of its own. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** An embedded DynamoDB, not listening yet. @param options.how long a new table stays `CREATING`, and a deleted one `DELETING`. */
  export default function dynalite(options: { createTableMs: number; deleteTableMs: number }): Server;
}
