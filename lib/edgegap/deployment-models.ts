/**
 * The models of deployments, on the wire's names, as the descriptions of 2024 and of 2026 have them: members that
 * only one of them knows are optional. Answers are read as those of sessions: what is absent, `null` or of another
 * type is `undefined`, which means unknown, never none.
 */
import * as v from 'valibot';
import { readAs } from '../runtime/schema.ts';
import { bulkStopResponse, flag, maybe, pageOf, text, wholeNumber } from './models.ts';

const tags = maybe(v.array(v.string()));

/** A row of the list. `start_time` has no zone; `sockets_usage` (sessions linked to it) is not in 2026. */
export const deploymentRow = v.looseObject({
  request_id: v.string(),
  fqdn: text,
  public_ip: text,
  ready: flag,
  start_time: text,
  tags,
  sockets: maybe(wholeNumber),
  sockets_usage: maybe(wholeNumber),
  is_joinable_by_session: flag,
});

/** A page of the list. */
export const deployments = pageOf(deploymentRow);

/** One deployment. `sessions` and `sockets_usage` are not in 2026; times have no zone. */
export const deploymentStatus = v.looseObject({
  request_id: v.string(),
  app_name: text,
  app_version: text,
  current_status: text,
  running: flag,
  start_time: text,
  elapsed_time: maybe(wholeNumber),
  removal_time: text,
  error: flag,
  error_detail: text,
  fqdn: text,
  public_ip: text,
  tags,
  sessions: maybe(v.array(v.unknown())),
  sockets_usage: maybe(wholeNumber),
});

/** The answer to a stop. A 2xx says that it happened, or will happen once the deployment is ready. */
export const deploymentStopped = v.fallback(v.looseObject({ message: text }), {});

const stopped = v.object({ request_id: v.string() });

/** The answer to the bulk stop: 200 in 2024, 202 in 2026. */
export const deploymentBulkStopResponse = bulkStopResponse((entry) => readAs(stopped, entry)?.request_id);

/** Which deployments a bulk stop takes: **every** one that matches. */
export const deploymentBulkStopPayload = v.object({
  filters: v.array(
    v.object({
      field: v.picklist(['request_id', 'deployment_tags']),
      filter_type: v.picklist(['any', 'all', 'not']),
      values: v.array(v.string()),
    }),
  ),
});

export type DeploymentRow = v.InferOutput<typeof deploymentRow>;
export type Deployments = v.InferOutput<typeof deployments>;
export type DeploymentStatus = v.InferOutput<typeof deploymentStatus>;
export type DeploymentStopped = v.InferOutput<typeof deploymentStopped>;
export type DeploymentBulkStopResponse = v.InferOutput<typeof deploymentBulkStopResponse>;
export type DeploymentBulkStopPayload = v.InferOutput<typeof deploymentBulkStopPayload>;
