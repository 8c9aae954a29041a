/**
 * The models of the Edgegap API (v1), on the wire's names. Answers are read tolerantly: a member that is
 * absent, `null` or of another type is `undefined`, which means unknown; members that we do not know are let
 * through. Required is only what an answer is useless without. Requests are checked strictly. Each schema is
 * made when it is first used: a cold start needs one or two of them.
 */
import * as z from 'zod/mini';

/** What the schema reads, or `otherwise`. `z.catch` would do, and bring 10 KB more into a cold start. */
const readOr = <T>(schema: z.ZodMiniType<T>, otherwise: T) =>
  z.pipe(
    z.unknown(),
    z.transform((value) => {
      const parsed = schema.safeParse(value);
      return parsed.success ? parsed.data : otherwise;
    }),
  );
/** A member of an answer; anything but the type is unknown. */
const maybe = <T>(schema: z.ZodMiniType<T>) => z.optional(readOr<T | undefined>(schema, undefined));
/** The rows that can be read; the others are left out. */
const rows = <T>(schema: z.ZodMiniType<T>) =>
  z.pipe(
    z.array(z.unknown()),
    z.transform((items: unknown[]) => items.flatMap((item) => schema.safeParse(item).data ?? [])),
  );
const text = maybe(z.string());
const flag = maybe(z.boolean());

/** A user of a session is an IP address. */
export const sessionUser = z.lazy(() =>
  z.looseObject({ ip: z.string(), latitude: maybe(z.number()), longitude: maybe(z.number()) }),
);

/** The users of a session: the answer to GetUsersSession. */
export const sessionUserContext = z.lazy(() => z.looseObject({ session_users: rows(sessionUser) }));

/** The answer to PutUsersSession and DeleteUsersSession. A 2xx says that it happened, whatever the body. */
export const usersChanged = z.lazy(() =>
  readOr(z.looseObject({ session_users: maybe(rows(sessionUser)) }), {}),
);

/** A row of the list. It carries no creation time. */
export const sessionContext = z.lazy(() =>
  z.looseObject({
    session_id: z.string(),
    status: text,
    ready: flag,
    linked: flag,
    kind: text,
    user_count: maybe(z.int()),
    custom_id: text,
    deployment_request_id: text,
    webhook_url: text,
  }),
);

/**
 * A page of the list; every member may be absent. `unreadable` counts the rows without a `session_id`, which
 * `data` leaves out. `data` that is there and not a list makes the page useless.
 */
export const sessions = z.lazy(() =>
  z.pipe(
    z.looseObject({
      data: z.optional(z.nullable(z.array(z.unknown()))),
      total_count: maybe(z.int()),
      pagination: maybe(
        z.looseObject({
          number: maybe(z.int()),
          next_page_number: maybe(z.int()),
          has_next: flag,
          paginator: maybe(z.looseObject({ num_pages: maybe(z.int()) })),
        }),
      ),
    }),
    z.transform(({ data, ...page }) => {
      const read = data?.flatMap((row) => sessionContext.safeParse(row).data ?? []);
      return { ...page, data: read, unreadable: (data?.length ?? 0) - (read?.length ?? 0) };
    }),
  ),
);

/** One session with its details: the answer to GetSession. `create_time` has no zone. */
export const sessionGet = z.lazy(() =>
  z.looseObject({
    session_id: z.string(),
    custom_id: text,
    status: text,
    ready: flag,
    linked: flag,
    kind: text,
    user_count: maybe(z.int()),
    webhook_url: text,
    app_version: maybe(z.union([z.int(), z.string()])),
    create_time: text,
    elapsed: maybe(z.int()),
    error: text,
    // A list that is read in part would count too few users.
    session_users: maybe(z.array(sessionUser)),
    session_ips: maybe(z.array(sessionUser)),
    deployment: maybe(
      z.looseObject({ request_id: text, status: text, ready: flag, tags: maybe(z.array(z.string())) }),
    ),
  }),
);

/** The answer to SessionDelete. A 2xx says that it happened, whatever the body. */
export const sessionDelete = z.lazy(() =>
  readOr(z.looseObject({ message: text, session_id: text, custom_id: text }), {}),
);

/**
 * The answer to SessionsBulkStop: the ids of the sessions that will be stopped. `processable` is undefined
 * where it cannot be read: something may have been stopped, but nothing is proven.
 */
export const sessionBulkStopResponse = z.lazy(() =>
  readOr(z.looseObject({ processable: maybe(z.pipe(z.array(z.unknown()), z.transform(stoppedIds))) }), {}),
);

/** Entries are objects with `session_id`, or plain ids. Of entries that all are neither, nothing is known. */
function stoppedIds(entries: unknown[]): string[] | undefined {
  const entry = z.union([z.string(), z.object({ session_id: z.string() })]);
  const ids = entries.flatMap((raw) => {
    const { data } = entry.safeParse(raw);
    if (data === undefined) return [];
    return typeof data === 'string' ? data : data.session_id;
  });
  return ids.length === 0 && entries.length > 0 ? undefined : ids;
}

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
      z.object({
        key: z.string().check(z.minLength(1), z.maxLength(255)),
        value: z.string().check(z.minLength(1), z.maxLength(1024)),
      }),
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

/** The answer to SessionPost. Without the id of the new session it is useless. */
export const sessionRequest = z.lazy(() =>
  z.looseObject({
    session_id: z.string(),
    app: text,
    version: text,
    custom_id: text,
    deployment_request_id: text,
    webhook_url: text,
  }),
);

export type UsersChanged = z.infer<typeof usersChanged>;
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
