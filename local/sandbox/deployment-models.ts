/** What the sandbox takes about deployments: the request models of the API and the body of POST /_sandbox/deployments. */
import * as z from 'zod/mini';
import { parseJson } from '../../lib/runtime/json.ts';
import { bulkStopPayload, listQuery, moment, sessionId } from './models.ts';

const text = z.string().check(z.minLength(1));

/** DeploymentBulkStopPayload. */
export const deploymentsBulkStopPayload = bulkStopPayload(['request_id', 'deployment_tags']);

const deploymentQuery = z.strictObject({
  filters: z.optional(
    z.array(
      z.strictObject({
        field: z.enum(['status', 'application', 'version', 'tags']),
        operator: z.enum(['eq']),
        value: z.string(),
      }),
    ),
  ),
  order_by: z.optional(
    z.array(z.strictObject({ field: z.enum(['created_at']), order: z.enum(['asc', 'desc']) })),
  ),
});

/**
 * The query of a list of deployments. `query` is JSON: the filter of the description's example, and the fields that
 * clients in the field send.
 */
export const deploymentListQuery = z.looseObject({
  ...listQuery.shape,
  query: z.optional(z.pipe(z.pipe(z.string(), z.transform(parseJson)), deploymentQuery)),
});

/** The filters and the order of a list of deployments. */
export type DeploymentQuery = z.output<typeof deploymentQuery>;

/** A deployment to seed; what is left out has a believable value. */
export const newDeployment = z.strictObject({
  request_id: z.optional(sessionId),
  app_name: z.optional(text),
  app_version: z.optional(text),
  tags: z.optional(z.array(text)),
  /** When it was asked for. Default: now. */
  created_at: z.optional(moment),
  /** How long it took, or takes, until it is ready, in milliseconds. Default 0. */
  ready_after_ms: z.optional(z.int().check(z.gte(0))),
  /** Ends in `Error` instead of `Ready`. Default false. */
  failed: z.optional(z.boolean()),
  /** Whether sessions can be linked to it. Default false; true for one that a session names. */
  session_based: z.optional(z.boolean()),
});

/** The body of POST /_sandbox/deployments. */
export const newDeployments = z.array(newDeployment);

/** A deployment to seed. */
export type NewDeployment = z.input<typeof newDeployment>;
