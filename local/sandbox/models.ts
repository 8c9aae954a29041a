/** What the sandbox takes about sessions: the request models of the API and the body of POST /_sandbox/sessions. */
import * as z from 'zod/mini';
import { identifier } from '../../events/fields.ts';
import { isIpAddress } from '../../events/ip.ts';

/** The operations on sessions and deployments, as the shared client names them. */
export const OPERATIONS = [
  'sessionPost',
  'getSession',
  'sessionDelete',
  'getUsersSession',
  'putUsersSession',
  'deleteUsersSession',
  'listSessions',
  'sessionsBulkStop',
  'deploymentStop',
  'deploymentsBulkStop',
  'listDeployments',
  'deploymentStatus',
] as const;

/** One of the operations. */
export type Operation = (typeof OPERATIONS)[number];

const text = z.string().check(z.minLength(1));
const ip = z.string().check(z.refine(isIpAddress, 'must be an IPv4 or IPv6 address'));
const location = z.looseObject({ latitude: z.number(), longitude: z.number() });

/** An id of a session or a deployment. */
export const sessionId = identifier();

const selector = z.looseObject({
  tag: z.string().check(z.minLength(1), z.maxLength(20)),
  tag_only: z.optional(z.boolean()),
  env: z.optional(
    z.looseObject({
      key: z.string().check(z.minLength(1), z.maxLength(255)),
      value: z.string().check(z.minLength(1), z.maxLength(1024)),
    }),
  ),
});

/** How the values of a filter combine. */
export const filterType = z.enum(['any', 'all', 'not']);

/** SessionModel, the body of SessionPost. */
export const sessionModel = z.looseObject({
  app_name: text,
  version_name: z.optional(text),
  ip_list: z.optional(z.array(ip)),
  geo_ip_list: z.optional(z.array(z.looseObject({ ...location.shape, ip }))),
  deployment_request_id: z.optional(sessionId),
  location: z.optional(location),
  city: z.optional(z.string()),
  country: z.optional(z.string()),
  continent: z.optional(z.string()),
  administrative_division: z.optional(z.string()),
  region: z.optional(z.string()),
  selectors: z.optional(z.array(selector)),
  webhook_url: z.optional(z.string()),
  filters: z.optional(
    z.array(z.looseObject({ field: text, filter_type: filterType, values: z.array(z.string()) })),
  ),
  skip_telemetry: z.optional(z.boolean()),
});

/** PatchSessionModel, the body of PutUsersSession and DeleteUsersSession. */
export const patchSessionModel = z.looseObject({ ip_list: z.array(ip).check(z.minLength(1)) });

/** The payload of a bulk stop over these fields. No filters and no values are allowed here: the model allows them. */
export function bulkStopPayload<const F extends string>(fields: readonly F[]) {
  const field = z.enum(fields);
  return z.looseObject({
    filters: z.array(z.looseObject({ field, filter_type: filterType, values: z.array(z.string()) })),
  });
}

/** SessionBulkStopPayload. */
export const sessionsBulkStopPayload = bulkStopPayload(['session_id', 'deployment_tags', 'request_id']);

const queryInteger = z.string().check(z.regex(/^[1-9]\d{0,8}$/, 'must be a whole number from 1'));

/** The query of ListSessions. */
export const listQuery = z.looseObject({
  page: z.optional(queryInteger),
  limit: z.optional(
    queryInteger.check(z.refine((value) => Number(value) <= 100, 'must be a whole number from 1 to 100')),
  ),
});

/** A moment: epoch milliseconds or RFC 3339. */
export const moment = z.union([
  z.number().check(z.gte(0), z.lte(8.64e15)),
  z.string().check(z.refine((value) => !Number.isNaN(Date.parse(value)), 'must be a date and time')),
]);

/** A session to seed; what is left out has a believable value. */
export const newSession = z.strictObject({
  session_id: z.optional(sessionId),
  custom_id: z.optional(text),
  deployment_request_id: z.optional(sessionId),
  tags: z.optional(z.array(text)),
  users: z.optional(z.array(ip)),
  status: z.optional(text),
  linked: z.optional(z.boolean()),
  ready: z.optional(z.boolean()),
  kind: z.optional(z.enum(['DEFAULT', 'SEATS', 'MATCH'])),
  webhook_url: z.optional(z.string()),
  created_at: z.optional(moment),
  /** Created by location instead of addresses: its `user_count` is 0 all its life. */
  by_location: z.optional(z.boolean()),
});

/** The body of POST /_sandbox/sessions. */
export const newSessions = z.array(newSession);

/** A session to seed. */
export type NewSession = z.input<typeof newSession>;
