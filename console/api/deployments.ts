/** Deployments: the list, one of them with its history, and its stop. */
import type { FastifyInstance } from 'fastify';
import { createdAt } from '../../lib/edgegap/create-time.ts';
import type { DeploymentStatus, DeploymentRow as Listed } from '../../lib/edgegap/deployment-models.ts';
import type { DeploymentDetails, DeploymentRow } from '../answers.ts';
import type { ConsoleSource } from '../source.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { addDeletion } from './confirmed.ts';
import { listLines } from './lists.ts';
import { lookAt, orUnknown } from './look.ts';
import { idParams } from './stream.ts';

const RECALL_WITHIN_MS = 5000;

/** `GET /api/deployments` (lines of JSON), `GET /api/deployments/:id`, `DELETE /api/deployments/:id`. */
export function addDeployments(app: FastifyInstance, source: ConsoleSource, telemetry: Telemetry): void {
  const { client, memory } = source;
  app.get('/api/deployments', async (_request, reply) =>
    reply.type('application/x-ndjson').send(listLines(client.allDeployments(), rowOf)),
  );
  app.get('/api/deployments/:id', async (request) =>
    detailsOf(source, telemetry, idParams.parse(request.params).id),
  );
  addDeletion(app, '/api/deployments/:id', {
    operation: 'deploymentStop',
    remove: (id, options) => client.deploymentStop(id, options),
    remember: (deploymentId, cause, signal) => memory.rememberStopped([{ deploymentId, ...cause }], signal),
  });
}

function rowOf({ request_id, ready, start_time, tags }: Listed): DeploymentRow {
  return {
    id: request_id,
    ready: ready ?? null,
    createdMs: createdAt(start_time) ?? null,
    tags: tags ?? null,
  };
}

async function detailsOf(
  { client, memory }: ConsoleSource,
  telemetry: Telemetry,
  id: string,
): Promise<DeploymentDetails> {
  const ids = { sessionIds: [], deploymentIds: [id] };
  const { found, remembered, problems } = await lookAt(
    orUnknown(client.deploymentStatus(id)),
    memory.recall(ids, AbortSignal.timeout(RECALL_WITHIN_MS)),
  );
  const stopped = remembered?.deployments.get(id)?.stopped;
  return {
    id,
    deployment: found === undefined ? null : shownOf(found),
    stopped: stopped ? { at: stopped.stoppedAtMs, by: stopped.by, event: stopped.event } : null,
    history: telemetry.batches.entriesAbout(id),
    problems: [...problems, ...(remembered?.unavailable ? [remembered.unavailable.message] : [])],
  };
}

function shownOf(status: DeploymentStatus): DeploymentDetails['deployment'] {
  const { app_name, app_version, current_status, start_time, tags, fqdn, error_detail } = status;
  return {
    app: app_name === undefined ? null : [app_name, app_version].filter(Boolean).join(' '),
    status: current_status ?? null,
    createdMs: createdAt(start_time) ?? null,
    tags: tags ?? null,
    address: fqdn ?? null,
    error: error_detail ?? null,
  };
}
