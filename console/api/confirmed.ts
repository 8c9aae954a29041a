/**
 * Deletions name what they delete twice: in the path, and in the body that the person confirmed. Each leaves an audit
 * line of this process, and a note in the memory.
 */
import type { FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import { type AuditLog, createAuditLog, type Ending } from '../../lib/edgegap/audit.ts';
import type { CallOptions } from '../../lib/edgegap/client.ts';
import type { MemoryError } from '../../lib/memory/errors.ts';
import type { Cause } from '../../lib/memory/types.ts';
import { logError } from '../../lib/runtime/log.ts';
import { idParams } from './stream.ts';

const confirmation = z.object({ confirm: z.string() });

/** Who asked for it, in the audit and in the memory. */
const CAUSE: Cause = { by: 'console', event: 'by hand' };
const REMEMBER_WITHIN_MS = 5000;

/** How something is deleted. */
export interface Deletion {
  /** The API's operation, in the audit. */
  operation: string;
  remove(id: string, options: CallOptions): Promise<unknown>;
  /** Notes in the memory that it is gone. Resolves with an error where the table does not answer. */
  remember(id: string, cause: Cause, signal: AbortSignal): Promise<MemoryError | undefined>;
}

/** Adds a `DELETE` route, which refuses a body that confirms something else (400). @param path ends with `/:id` */
export function addDeletion(app: FastifyInstance, path: string, deletion: Deletion): void {
  const audit = createAuditLog();
  app.delete(path, async (request, reply) => {
    const { id } = idParams.parse(request.params);
    if (confirmation.parse(request.body).confirm !== id)
      return reply.code(400).send({ message: 'The confirmation names something else.' });
    await remove(audit, deletion, id);
    const failure = await deletion.remember(id, CAUSE, AbortSignal.timeout(REMEMBER_WITHIN_MS));
    if (failure !== undefined)
      logError('the memory did not answer', { code: 'MEMORY_UNAVAILABLE', reason: failure.message });
    return {};
  });
}

async function remove(audit: AuditLog, { operation, remove: call }: Deletion, id: string): Promise<void> {
  const ended = (outcome: Ending['outcome']): Ending[] => [
    { outcome, named: [{ target: id, reason: { by: CAUSE.by } }] },
  ];
  const change = {
    operation,
    answered: () => ended('done'),
    failed: ({ code }: { code: string }) => ended(code === 'GONE' ? 'gone' : 'open'),
  };
  await audit.call(change, {}, (options) => call(id, options));
}
