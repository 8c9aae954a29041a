/**
 * The models of the Sessions API (Edgegap v1), on the wire's names. Members that we do not know are let through.
 * Each is made when it is first used: a cold start needs one or two of them.
 */
import * as z from 'zod/mini';

const maybe = <T extends z.core.SomeType>(schema: T) => z.optional(z.nullable(schema));
const text = maybe(z.string());
const coordinates = { latitude: maybe(z.number()), longitude: maybe(z.number()) };

/** A user of a session is an IP address. */
export const sessionUser = z.lazy(() => z.looseObject({ ip: z.string(), ...coordinates }));

/** The users of a session. */
export const sessionUserContext = z.lazy(() => z.looseObject({ session_users: z.array(sessionUser) }));

/** A row of the list. It carries no creation time. */
export const sessionContext = z.lazy(() =>
  z.looseObject({
    session_id: z.string(),
    status: z.string(),
    ready: z.boolean(),
    linked: z.boolean(),
    kind: z.string(),
    user_count: z.int(),
    custom_id: text,
    deployment_request_id: text,
    webhook_url: text,
  }),
);

/** A page of the list. */
export const sessions = z.lazy(() =>
  z.looseObject({
    data: z.optional(z.array(sessionContext)),
    total_count: maybe(z.int()),
    pagination: maybe(
      z.looseObject({
        number: z.int(),
        next_page_number: z.nullable(z.int()),
        previous_page_number: z.nullable(z.int()),
        has_next: z.boolean(),
        has_previous: z.boolean(),
        paginator: z.looseObject({ num_pages: z.int() }),
      }),
    ),
  }),
);

/** One session with its details. `create_time` has no zone. */
export const sessionGet = z.lazy(() =>
  z.looseObject({
    session_id: z.string(),
    custom_id: text,
    status: z.string(),
    ready: z.boolean(),
    linked: z.boolean(),
    kind: z.string(),
    user_count: z.int(),
    webhook_url: text,
    app_version: z.int(),
    create_time: z.string(),
    elapsed: z.int(),
    error: text,
    session_users: maybe(z.array(sessionUser)),
    session_ips: maybe(z.array(sessionUser)),
    deployment: maybe(
      z.looseObject({
        request_id: z.string(),
        status: text,
        ready: maybe(z.boolean()),
        tags: maybe(z.array(z.string())),
      }),
    ),
  }),
);

/** The answer to SessionDelete. */
export const sessionDelete = z.lazy(() =>
  z.looseObject({ message: z.string(), session_id: z.string(), custom_id: text }),
);

/** The answer to SessionsBulkStop: the sessions that will be stopped. */
export const sessionBulkStopResponse = z.lazy(() =>
  z.looseObject({
    processable: z.array(z.looseObject({ session_id: z.string() })),
  }),
);

/** Users to add or remove. */
export const patchSessionModel = z.lazy(() =>
  z.object({ ip_list: z.array(z.string()).check(z.minLength(1)) }),
);

/** Which sessions a bulk stop takes: **every** one that matches. */
export const sessionBulkStopPayload = z.lazy(() =>
  z.object({
    filters: z.array(
      z.object({
        field: z.enum(['session_id', 'deployment_tags', 'request_id']),
        filter_type: z.enum(['any', 'all', 'not']),
        values: z.array(z.string()),
      }),
    ),
  }),
);

const selector = z.lazy(() =>
  z.object({
    tag: z.string().check(z.minLength(1), z.maxLength(20)),
    tag_only: z.optional(z.boolean()),
    env: z.optional(
      z.array(
        z.object({
          key: z.string().check(z.minLength(1), z.maxLength(255)),
          value: z.string().check(z.minLength(1), z.maxLength(1024)),
        }),
      ),
    ),
  }),
);

/** A session to create. */
export const sessionModel = z.lazy(() =>
  z.object({
    app_name: z.string(),
    version_name: z.optional(z.string()),
    ip_list: z.optional(z.array(z.string())),
    geo_ip_list: z.optional(
      z.array(z.object({ ip: z.string(), latitude: z.number(), longitude: z.number() })),
    ),
    deployment_request_id: z.optional(z.string()),
    location: z.optional(z.object({ latitude: z.number(), longitude: z.number() })),
    city: z.optional(z.string()),
    country: z.optional(z.string()),
    continent: z.optional(z.string()),
    administrative_division: z.optional(z.string()),
    region: z.optional(z.string()),
    selectors: z.optional(z.array(selector)),
    webhook_url: z.optional(z.string()),
    filters: z.optional(
      z.array(
        z.object({
          field: z.string(),
          filter_type: z.enum(['any', 'all', 'not']),
          values: z.array(z.string()),
        }),
      ),
    ),
    skip_telemetry: z.optional(z.boolean()),
  }),
);

/** The answer to SessionPost. */
export const sessionRequest = z.lazy(() =>
  z.looseObject({
    session_id: z.string(),
    app: z.string(),
    version: z.string(),
    custom_id: text,
    deployment_request_id: text,
    webhook_url: text,
  }),
);

export type SessionUserContext = z.infer<typeof sessionUserContext>;
export type SessionContext = z.infer<typeof sessionContext>;
export type Sessions = z.infer<typeof sessions>;
export type SessionGet = z.infer<typeof sessionGet>;
export type SessionDelete = z.infer<typeof sessionDelete>;
export type SessionBulkStopResponse = z.infer<typeof sessionBulkStopResponse>;
export type SessionBulkStopPayload = z.infer<typeof sessionBulkStopPayload>;
export type PatchSessionModel = z.infer<typeof patchSessionModel>;
export type SessionModel = z.infer<typeof sessionModel>;
export type SessionRequest = z.infer<typeof sessionRequest>;
